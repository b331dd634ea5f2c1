package proof

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// StatementType is the typ of the JWS header of a statement (RFC 7515 section 4.1.9). A
// receipt has another, so that neither passes for the other.
const StatementType = "beibu-balance+json"

// A Statement says what was left of a licence or a certificate at one place in the record.
// It proves nothing about later: the sequence and the time say how old it is.
type Statement struct {
	Kind       string          `json:"kind"`
	Number     string          `json:"documentNumber"`
	ExchangeID string          `json:"exchangeId"` // of the version in force
	Issuer     string          `json:"issuer"`     // the party that sent it
	Until      string          `json:"validUntil,omitempty"`
	Permitted  int             `json:"usesPermitted,omitempty"` // 0: any number of documents may draw on it
	Uses       int             `json:"uses"`
	Lines      []StatementLine `json:"lines"`
	Sequence   int64           `json:"sequence"`    // of the record, up to which all is counted
	Made       string          `json:"made"`        // RFC 3339, UTC
	Position   int64           `json:"logPosition"` // of the document in the log, which says whose key signs
	Epoch      int64           `json:"epoch,omitempty"`
}

// A StatementLine is what a line of goods has left. Quantities are decimal numbers.
type StatementLine struct {
	Line     string `json:"line"`
	HS       string `json:"hs,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Quantity string `json:"quantity,omitempty"`
	Reserved string `json:"reserved"`
	Consumed string `json:"consumed"`
	Left     string `json:"left"`
}

// State signs a statement with the key that signs the receipt of its document. It fails
// with ErrReceiptKey if that key is not here.
func (r *Receipts) State(s Statement) (string, error) {
	signer, epoch, err := r.at(s.Position)
	if err != nil {
		return "", err
	}
	s.Epoch = epoch
	return signer.sign(StatementType, s)
}

// OpenStatement verifies a statement with the trusted keys, as OpenReceipt does a receipt.
func (t Trust) OpenStatement(compact string) (Statement, error) {
	err := error(&Mismatch{Code: "receipt.untrusted", Reason: "no key to verify statements by"})
	for _, key := range t.Receipts {
		var payload []byte
		if payload, err = openCompact(compact, StatementType, key.Public); err != nil {
			continue
		}
		var s Statement
		if err := json.Unmarshal(payload, &s); err != nil {
			return Statement{}, fmt.Errorf("%w: %w", ErrReceipt, err)
		}
		return s, t.checkPosition(key.Public, s.Position)
	}
	return Statement{}, err
}

// isStatement reports whether a JWS says of itself that it is a statement.
func isStatement(b []byte) bool {
	signed, err := jose.ParseSignedCompact(strings.TrimSpace(string(b)), []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return false
	}
	typ, _ := signed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType].(string)
	return typ == StatementType
}

// statement verifies a statement of a balance.
func (v *Verification) statement(f *Finding, b []byte) error {
	s, err := v.Trust.OpenStatement(strings.TrimSpace(string(b)))
	if err != nil {
		return err
	}
	if v.Digest != "" {
		return errors.New("a statement of a balance is about no bytes of a document")
	}
	f.ExchangeID, f.Sender, f.Kind, f.DocumentNumber = s.ExchangeID, s.Issuer, s.Kind, s.Number
	f.LogPosition, f.Epoch, f.Algorithms, f.Balance = &s.Position, s.Epoch, []string{"EdDSA"}, &s
	return nil
}

// NewStatement returns a statement without its lines, made at a time.
func NewStatement(kind, number string, made time.Time) Statement {
	return Statement{Kind: kind, Number: number, Made: made.UTC().Format(time.RFC3339), Lines: []StatementLine{}}
}
