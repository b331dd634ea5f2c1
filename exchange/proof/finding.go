package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"
	"time"

	"beibu/signing"
	"beibu/signing/strict"
)

// The kinds of thing that a [Verification] verifies.
const (
	Envelope       = "envelope"
	SignedReceipt  = "receipt"
	SignedDocument = "signed document"
	SignedBalance  = "statement of a balance"
)

// A Finding is what one file proves, or why it proves nothing, as programs read
// it.
type Finding struct {
	File            string     `json:"file"`
	Holds           bool       `json:"holds"`
	What            string     `json:"what"`             // Envelope, SignedReceipt, SignedDocument or SignedBalance
	Code            string     `json:"code,omitempty"`   // why it does not hold, for programs
	Reason          string     `json:"reason,omitempty"` // and for people
	SealedBy        []string   `json:"sealedBy,omitempty"`
	Algorithms      []string   `json:"algorithms,omitempty"`
	Timestamps      []Stamp    `json:"timestamps,omitempty"` // of the seals that have one by a trusted authority
	ExchangeID      string     `json:"exchangeId,omitempty"`
	Sender          string     `json:"sender,omitempty"`
	Kind            string     `json:"kind,omitempty"`
	DocumentNumber  string     `json:"documentNumber,omitempty"`
	DocumentVersion string     `json:"documentVersion,omitempty"`
	Receivers       []string   `json:"receivers,omitempty"`
	AcceptedAt      *time.Time `json:"acceptedAt,omitempty"`
	ReaddressedAt   *time.Time `json:"readdressedAt,omitempty"`   // of an envelope that was sealed later for another receiver
	ReaddressedBy   string     `json:"readdressedBy,omitempty"`   // the id of the run that did it
	ReaddressedPlan string     `json:"readdressedPlan,omitempty"` // the digest of its plan
	LogPosition     *int64     `json:"logPosition,omitempty"`
	Epoch           int64      `json:"epoch,omitempty"` // of the log, if it is not the first one
	DigestSHA256    string     `json:"digestSHA256,omitempty"`
	Balance         *Statement `json:"balance,omitempty"` // what was left
}

// A Stamp is the latest time at which a seal can have been made.
type Stamp struct {
	Seal string    `json:"seal"`
	At   time.Time `json:"at"`
}

// A Verification verifies envelopes, receipts and signed documents.
type Verification struct {
	Trust    Trust
	Verifier *signing.Verifier // of signed documents
	At       time.Time         // when the certificate of a signed document must have been valid
	Digest   string            // SHA-256 of the document that all must be for, lower-case hexadecimal; "" for any
}

// Verify verifies the content of a file: a receipt or a statement of a balance if the
// file's name ends in .jws, an envelope if the root element is one, and otherwise a signed document.
// The error is nil if the content holds; [CodeOf] returns its code.
func (v *Verification) Verify(file string, b []byte) (Finding, error) {
	f := Finding{File: file}
	verify := v.document
	switch {
	case strings.EqualFold(filepath.Ext(file), ".jws") && isStatement(b):
		f.What, verify = SignedBalance, v.statement
	case strings.EqualFold(filepath.Ext(file), ".jws"):
		f.What, verify = SignedReceipt, v.receipt
	case isEnvelope(b):
		f.What, verify = Envelope, v.envelope
	default:
		f.What = SignedDocument
	}
	err := verify(&f, b)
	if err == nil && v.Digest != "" && f.DigestSHA256 != v.Digest {
		err = &Mismatch{Code: "document.digest", Reason: "it is for another document"}
	}
	if f.Holds = err == nil; err != nil {
		f.Code, f.Reason = CodeOf(err), err.Error()
	}
	return f, err
}

// isEnvelope reports whether the root element is that of an envelope. It chooses
// only how to verify, so it need not be strict.
func isEnvelope(b []byte) bool {
	tree, err := strict.Parse(b, strict.Limits{})
	if err != nil {
		return bytes.Contains(b[:min(len(b), 1024)], []byte("urn:beibu:exchange:envelope:1"))
	}
	return tree.Root().Local() == "Envelope"
}

func (v *Verification) receipt(f *Finding, b []byte) error {
	receipt, err := v.Trust.OpenReceipt(strings.TrimSpace(string(b)))
	if err != nil {
		return err
	}
	f.ExchangeID, f.Sender, f.Kind = receipt.ExchangeID, receipt.Sender, receipt.Kind
	f.DocumentNumber, f.DocumentVersion = receipt.Number, receipt.Version
	f.DigestSHA256, f.LogPosition = receipt.DigestSHA256, &receipt.Position
	f.Epoch = receipt.Epoch
	f.Algorithms = []string{"EdDSA"}
	if at, err := time.Parse(time.RFC3339Nano, receipt.AcceptedAt); err == nil {
		f.AcceptedAt = &at
	}
	return nil
}

func (v *Verification) envelope(f *Finding, b []byte) error {
	envelope, err := v.Trust.OpenEnvelope(b)
	if err != nil {
		return err
	}
	h := envelope.Header
	f.SealedBy = SealedBy(envelope)
	for _, seal := range envelope.Seals {
		f.Algorithms = append(f.Algorithms, seal.Algorithm)
		if !seal.Timestamp.IsZero() {
			f.Timestamps = append(f.Timestamps, Stamp{seal.ID, seal.Timestamp.UTC()})
		}
	}
	f.ExchangeID, f.Sender, f.Kind, f.Receivers = h.ExchangeID, h.Sender, h.Kind, h.Receivers
	f.DocumentNumber, f.DocumentVersion = h.DocumentNumber, h.DocumentVersion
	f.AcceptedAt, f.DigestSHA256 = &h.AcceptedAt, hex.EncodeToString(h.DigestSHA256[:])
	if again := h.Readdressed; again != (signing.Readdressed{}) {
		f.ReaddressedAt, f.ReaddressedBy, f.ReaddressedPlan = &again.At, again.Run, again.Plan
	}
	return nil
}

func (v *Verification) document(f *Finding, b []byte) error {
	verified, err := v.Verifier.Verify(signing.Claim{
		Document: b, Signers: v.Trust.Signers, At: v.At, Policy: signing.Policy{Presence: signing.Required},
	})
	if err != nil {
		return err
	}
	digest := sha256.Sum256(b)
	f.SealedBy, f.Algorithms = []string{verified.Signer()}, []string{verified.Algorithm()}
	f.DigestSHA256 = hex.EncodeToString(digest[:])
	return nil
}
