package proof

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
)

// ReceiptType is the typ of a receipt's JWS header (RFC 7515 section 4.1.9).
const ReceiptType = "beibu-receipt+json"

// A Receipt is what a sender can prove: that this content was accepted under
// this number, at this position in the log. A member that is added later is left
// out of the receipts of all documents that were accepted before, so that they
// stay the same, byte for byte.
type Receipt struct {
	ExchangeID   string `json:"exchangeId"`
	Sender       string `json:"sender"`
	Kind         string `json:"kind"`
	Number       string `json:"documentNumber"`
	Version      string `json:"documentVersion,omitempty"`
	DigestSHA256 string `json:"digestSHA256"` // of the bytes received, lower-case hexadecimal
	AcceptedAt   string `json:"acceptedAt"`   // RFC 3339, UTC
	Position     int64  `json:"logPosition"`
	Epoch        int64  `json:"epoch,omitempty"` // of the log at that position, or 0 for the first one
}

// NewReceipt returns what the receipt of a document says. Every value in it is
// from the document's log entry.
func NewReceipt(id uuid.UUID, i Identity, digest [sha256.Size]byte, accepted time.Time, position int64) Receipt {
	return Receipt{
		ExchangeID: id.String(), Sender: i.Sender, Kind: i.Kind,
		Number: i.Number, Version: i.Version, DigestSHA256: hex.EncodeToString(digest[:]),
		AcceptedAt: accepted.UTC().Format(time.RFC3339Nano), Position: position,
	}
}

// A receiptSigner signs receipts with one key.
type receiptSigner struct {
	key crypto.Signer
	id  string
}

// newReceiptSigner returns a signer with an Ed25519 key, which may be in hardware,
// and its id. No other kind of key is accepted: the same receipt must have the
// same signature whenever it is made (RFC 8032 section 8.2).
func newReceiptSigner(id string, key crypto.Signer) (receiptSigner, error) {
	if private, ok := key.(ed25519.PrivateKey); key == nil || ok && len(private) != ed25519.PrivateKeySize {
		return receiptSigner{}, errors.New("make receipt signer: no key, or one of the wrong length")
	}
	if public, ok := key.Public().(ed25519.PublicKey); !ok || len(public) != ed25519.PublicKeySize {
		return receiptSigner{}, fmt.Errorf("make receipt signer: the key is %T, not Ed25519", key.Public())
	}
	return receiptSigner{key: key, id: id}, nil
}

// sign returns what a type of content says as a JWS compact serialisation (RFC 7515 section
// 7.1) with EdDSA (RFC 8037).
func (s receiptSigner) sign(typ string, content any) (string, error) {
	header, err := json.Marshal(struct {
		Algorithm string `json:"alg"`
		Key       string `json:"kid"`
		Type      string `json:"typ"`
	}{string(jose.EdDSA), s.id, typ})
	if err != nil {
		return "", fmt.Errorf("write header of %s: %w", typ, err)
	}
	payload, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("write %s: %w", typ, err)
	}
	encoding := base64.RawURLEncoding
	parts := encoding.EncodedLen(len(header)) + encoding.EncodedLen(len(payload)) + encoding.EncodedLen(ed25519.SignatureSize) + len("..")
	signed := encoding.AppendEncode(make([]byte, 0, parts), header)
	signed = encoding.AppendEncode(append(signed, '.'), payload)
	signature, err := s.key.Sign(rand.Reader, signed, crypto.Hash(0))
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", typ, err)
	}
	return string(encoding.AppendEncode(append(signed, '.'), signature)), nil
}

// ErrReceipt says that something is no receipt signed by the key.
var ErrReceipt = errors.New("not a receipt by this key")

// spelled refuses a receipt that is spelled another way than Make spells it, so
// that a receipt has one form, byte for byte: base64 without padding or white
// space, and no bits left over.
func spelled(compact string) error {
	strict := base64.RawURLEncoding.Strict()
	for part := range strings.SplitSeq(compact, ".") {
		decoded, err := strict.DecodeString(part)
		if err != nil || strict.EncodeToString(decoded) != part {
			return fmt.Errorf("%w: it is not spelled as receipts are", ErrReceipt)
		}
	}
	return nil
}

// OpenReceipt checks a receipt against a public key and returns what it says.
// It fails with ErrReceipt, and accepts EdDSA alone.
func OpenReceipt(compact string, key ed25519.PublicKey) (Receipt, error) {
	payload, err := openCompact(compact, ReceiptType, key)
	if err != nil {
		return Receipt{}, err
	}
	var receipt Receipt
	if err := json.Unmarshal(payload, &receipt); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return receipt, nil
}

// openCompact returns the content of a JWS of a type that a key has signed.
func openCompact(compact, typ string, key ed25519.PublicKey) ([]byte, error) {
	if err := spelled(compact); err != nil {
		return nil, err
	}
	signed, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	if is, _ := signed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType].(string); is != typ {
		return nil, fmt.Errorf("%w: its type is %q", ErrReceipt, is)
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return payload, nil
}
