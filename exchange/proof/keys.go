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

// A ReceiptKey is a public key that signs receipts.
type ReceiptKey struct {
	Public ed25519.PublicKey
	ID     string // the kid of its receipts
}

// MarshalJSON returns the key as a JWK (RFC 8037 section 2).
func (k ReceiptKey) MarshalJSON() ([]byte, error) {
	return json.Marshal(jose.JSONWebKey{Key: k.Public, KeyID: k.ID, Algorithm: string(jose.EdDSA), Use: "sig"})
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
	*k = ReceiptKey{Public: public, ID: read.KeyID}
	return nil
}
