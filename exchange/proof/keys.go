package proof

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// Keys are the members of the answer to GET /v1/keys that verification needs: a
// JWK set (RFC 7517) of the keys that sign receipts, and the certificates of the
// keys that seal envelopes.
type Keys struct {
	Keys  []ReceiptKey `json:"keys"`
	Seals []SealKey    `json:"seals"`
}

// A SealKey is the certificate of a key that seals.
type SealKey struct {
	Certificate string `json:"certificate"`      // PEM
	UserID      string `json:"userId,omitempty"` // that enters SM2 signatures, if it is not the usual one
}

// A ReceiptKey is a public key that signs receipts, valid between positions of the
// log. The log has a fixed number n of partitions, and the position p is in the
// partition (p-1) mod n. Without bounds, the key is valid at every position.
type ReceiptKey struct {
	Public ed25519.PublicKey
	ID     string  // the kid of its receipts
	From   []int64 // for each partition, the first position, or 0 if there is none; nil for every position
	Until  []int64 // for each partition, the first position behind the last, or 0 if there is none; nil for no end
}

// CodeReceiptKey is the code of a receipt whose key was not in force at its
// position.
const CodeReceiptKey = "receipt-key"

// Check fails with a [Mismatch] if the key was not in force at a position.
func (k ReceiptKey) Check(position int64) error {
	outside := position < 1 && len(k.From)+len(k.Until) > 0
	if n := int64(len(k.From)); n > 0 && !outside {
		from := k.From[(position-1)%n]
		outside = from == 0 || position < from
	}
	if n := int64(len(k.Until)); n > 0 && !outside {
		until := k.Until[(position-1)%n]
		outside = until != 0 && position >= until
	}
	if outside {
		return &Mismatch{Code: CodeReceiptKey, Reason: fmt.Sprintf("its key signs no receipts at position %d of the log", position)}
	}
	return nil
}

// keyBounds are the members of a JWK beside those of its kind (RFC 7517 section
// 4).
type keyBounds struct {
	From  []int64 `json:"fromPositions,omitempty"`
	Until []int64 `json:"untilPositions,omitempty"`
}

// MarshalJSON returns the key as a JWK (RFC 8037 section 2), with its bounds.
func (k ReceiptKey) MarshalJSON() ([]byte, error) {
	key, err := json.Marshal(jose.JSONWebKey{Key: k.Public, KeyID: k.ID, Algorithm: string(jose.EdDSA), Use: "sig"})
	if err != nil || len(k.From)+len(k.Until) == 0 {
		return key, err
	}
	bounds, err := json.Marshal(keyBounds{k.From, k.Until})
	return append(append(key[:len(key)-1], ','), bounds[1:]...), err
}

// UnmarshalJSON reads a JWK. It fails if the key is not Ed25519.
func (k *ReceiptKey) UnmarshalJSON(text []byte) error {
	var read jose.JSONWebKey
	if err := json.Unmarshal(text, &read); err != nil {
		return fmt.Errorf("read receipt key: %w", err)
	}
	public, ok := read.Key.(ed25519.PublicKey)
	if !ok {
		return errors.New("read receipt key: it is not an Ed25519 public key")
	}
	var bounds keyBounds
	if err := json.Unmarshal(text, &bounds); err != nil {
		return fmt.Errorf("read receipt key: %w", err)
	}
	*k = ReceiptKey{Public: public, ID: read.KeyID, From: bounds.From, Until: bounds.Until}
	return nil
}
