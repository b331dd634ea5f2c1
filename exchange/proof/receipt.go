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
	key    crypto.Signer
	header string // encoded, with the dot behind it
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
	header, err := json.Marshal(struct {
		Algorithm string `json:"alg"`
		Key       string `json:"kid"`
		Type      string `json:"typ"`
	}{string(jose.EdDSA), id, ReceiptType})
	if err != nil {
		return receiptSigner{}, fmt.Errorf("make receipt signer: %w", err)
	}
	return receiptSigner{key: key, header: base64.RawURLEncoding.EncodeToString(header) + "."}, nil
}

// sign returns a receipt as a JWS compact serialisation (RFC 7515 section 7.1)
// with EdDSA (RFC 8037).
func (s receiptSigner) sign(receipt Receipt) (string, error) {
	payload, err := json.Marshal(receipt)
	if err != nil {
		return "", fmt.Errorf("write receipt: %w", err)
	}
	parts := len(s.header) + base64.RawURLEncoding.EncodedLen(len(payload)) + len(".") + base64.RawURLEncoding.EncodedLen(ed25519.SignatureSize)
	signed := make([]byte, 0, parts)
	signed = base64.RawURLEncoding.AppendEncode(append(signed, s.header...), payload)
	signature, err := s.key.Sign(rand.Reader, signed, crypto.Hash(0))
	if err != nil {
		return "", fmt.Errorf("sign receipt: %w", err)
	}
	return string(base64.RawURLEncoding.AppendEncode(append(signed, '.'), signature)), nil
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
	if err := spelled(compact); err != nil {
		return Receipt{}, err
	}
	signed, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	if typ, _ := signed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType].(string); typ != ReceiptType {
		return Receipt{}, fmt.Errorf("%w: its type is %q", ErrReceipt, typ)
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	var receipt Receipt
	if err := json.Unmarshal(payload, &receipt); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return receipt, nil
}
