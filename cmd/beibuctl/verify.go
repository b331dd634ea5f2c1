package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"beibu/cmd/internal/terminal"
	"beibu/exchange/proof"
	"beibu/signing"
	"beibu/signing/strict"
)

// verifyCommand verifies offline: nothing is fetched.
type verifyCommand struct {
	Files      []string  `arg:"" name:"file" help:"Envelopes, receipts (*.jws) and signed documents; folders are searched for *.xml."`
	Cert       []string  `placeholder:"FILE" help:"Certificate that seals or signs, PEM. May be given again."`
	Trust      []string  `placeholder:"PATH" help:"PEM file, folder of *.pem files, or what keys show -o json prints: certificates that seal or sign, and keys that sign receipts. May be given again."`
	ReceiptKey []string  `placeholder:"FILE" help:"Public key that signs receipts, PEM. May be given again."`
	TSA        []string  `name:"tsa" placeholder:"PATH" help:"PEM file, or folder of *.pem files, with roots of time-stamping authorities whose time stamps in seals count. May be given again."`
	Document   string    `placeholder:"FILE" help:"Document that the envelopes and receipts must be for."`
	At         time.Time `placeholder:"TIME" help:"When the certificate of a signed document must have been valid, RFC 3339; by default now."`
	writing
}

// Help is shown below the summary. The command in it is run by a test.
func (verifyCommand) Help() string {
	return `Any other program for XML signatures can verify envelopes too. xmlsec1 has to
be given the attributes that are identifiers, and checks the first seal of
each, which must not be by SM2:

  ` + xmlsecCommand
}

const xmlsecCommand = "xmlsec1 --verify --id-attr:Id urn:beibu:exchange:envelope:1:Content" +
	" --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --pubkey-cert-pem keys/beibu.pem inbox/*.envelope.xml"

// A finding is what one file proves, or why it proves nothing, as it is
// printed.
type finding struct {
	File            string     `json:"file"`
	Holds           bool       `json:"holds"`
	What            string     `json:"what"`             // "envelope", "receipt" or "signed document"
	Code            string     `json:"code,omitempty"`   // why it does not hold, for programs
	Reason          string     `json:"reason,omitempty"` // and for people
	SealedBy        []string   `json:"sealedBy,omitempty"`
	Algorithms      []string   `json:"algorithms,omitempty"`
	Timestamps      []stamped  `json:"timestamps,omitempty"` // of the seals that have one by a trusted authority
	ExchangeID      string     `json:"exchangeId,omitempty"`
	Sender          string     `json:"sender,omitempty"`
	Kind            string     `json:"kind,omitempty"`
	DocumentNumber  string     `json:"documentNumber,omitempty"`
	DocumentVersion string     `json:"documentVersion,omitempty"`
	Receivers       []string   `json:"receivers,omitempty"`
	AcceptedAt      *time.Time `json:"acceptedAt,omitempty"`
	LogPosition     *int64     `json:"logPosition,omitempty"`
	DigestSHA256    string     `json:"digestSHA256,omitempty"`
	err             error
}

// What a finding may be about.
const (
	whatEnvelope = "envelope"
	whatReceipt  = "receipt"
	whatDocument = "signed document"
)

// stamped is when a seal existed at the latest.
type stamped struct {
	Seal string    `json:"seal"`
	At   time.Time `json:"at"`
}

// Run verifies every file.
func (c *verifyCommand) Run(_ context.Context, s *session) error {
	trusted, err := proof.Read(slices.Concat(c.Cert, c.Trust, c.ReceiptKey))
	if err == nil {
		err = trusted.AddAuthorities(c.TSA)
	}
	if err != nil {
		return err
	}
	if len(trusted.Signers)+len(trusted.Receipts) == 0 {
		return hinted{
			errors.New("nobody is trusted, so nothing can be verified"),
			"beibuctl keys show --dir DIR keeps the keys of a daemon, and verify --trust DIR uses them; --cert names one certificate",
		}
	}
	c.apply(trusted)
	verifier, err := c.verifier()
	if err != nil {
		return err
	}
	v := &verification{session: s, trust: trusted, verifier: verifier, at: c.At}
	if v.at.IsZero() {
		v.at = time.Now()
	}
	if c.Document != "" {
		document, err := s.read(c.Document)
		if err != nil {
			return err
		}
		digest := sha256.Sum256(document)
		v.digest = hex.EncodeToString(digest[:])
	}
	all := files(c.Files)
	outcome := error(nil)
	for _, file := range all {
		found := v.verify(file)
		outcome = worse(outcome, found.outcome())
		if err := s.printFinding(found); err != nil {
			return err
		}
	}
	return outcome
}

// A verification is what files are verified by.
type verification struct {
	session  *session
	trust    proof.Trust
	verifier *signing.Verifier
	at       time.Time
	digest   string // of the document that they must be for, or ""
}

// verify verifies one file as what it is.
func (v *verification) verify(file string) finding {
	f := finding{File: file}
	b, err := v.session.read(file)
	if err != nil {
		f.Code, f.Reason, f.err = codeUnreadable, err.Error(), err
		return f
	}
	err = v.judge(&f, b)
	f.Holds = err == nil
	if err != nil {
		if f.Code, f.Reason = proof.CodeOf(err), err.Error(); f.Code == "" {
			f.Code, f.err = "verify.failed", fmt.Errorf("verify %s: %w", file, err)
		}
	}
	return f
}

// judge tells what bytes prove. It fails where they prove nothing, or not what
// was asked.
func (v *verification) judge(f *finding, b []byte) error {
	how := v.document
	switch {
	case strings.EqualFold(filepath.Ext(f.File), ".jws"):
		f.What, how = whatReceipt, v.receipt
	case isEnvelope(b):
		f.What, how = whatEnvelope, v.envelope
	default:
		f.What = whatDocument
	}
	if err := how(f, b); err != nil {
		return err
	}
	if v.digest != "" && f.DigestSHA256 != v.digest {
		return &proof.Mismatch{Code: "document.digest", Reason: "it is for another document"}
	}
	return nil
}

// isEnvelope tells whether the root is that of an envelope. It decides only
// how to verify, so it need not be strict.
func isEnvelope(b []byte) bool {
	tree, err := strict.Parse(b, strict.Limits{})
	if err != nil {
		return bytes.Contains(b[:min(len(b), 1024)], []byte("urn:beibu:exchange:envelope:1"))
	}
	return tree.Root().Local() == "Envelope"
}

func (v *verification) receipt(f *finding, b []byte) error {
	receipt, err := v.trust.OpenReceipt(strings.TrimSpace(string(b)))
	if err != nil {
		return err
	}
	f.ExchangeID, f.Sender, f.Kind = receipt.ExchangeID, receipt.Sender, receipt.Kind
	f.DocumentNumber, f.DocumentVersion = receipt.Number, receipt.Version
	f.DigestSHA256, f.LogPosition = receipt.DigestSHA256, &receipt.Position
	f.Algorithms = []string{"EdDSA"}
	if at, err := time.Parse(time.RFC3339Nano, receipt.AcceptedAt); err == nil {
		f.AcceptedAt = &at
	}
	return nil
}

func (v *verification) envelope(f *finding, b []byte) error {
	envelope, err := v.trust.OpenEnvelope(b)
	if err != nil {
		return err
	}
	h := envelope.Header
	f.SealedBy = proof.SealedBy(envelope)
	for _, seal := range envelope.Seals {
		f.Algorithms = append(f.Algorithms, seal.Algorithm)
		if !seal.Timestamp.IsZero() {
			f.Timestamps = append(f.Timestamps, stamped{seal.ID, seal.Timestamp.UTC()})
		}
	}
	f.ExchangeID, f.Sender, f.Kind, f.Receivers = h.ExchangeID, h.Sender, h.Kind, h.Receivers
	f.DocumentNumber, f.DocumentVersion = h.DocumentNumber, h.DocumentVersion
	f.AcceptedAt, f.DigestSHA256 = &h.AcceptedAt, hex.EncodeToString(h.DigestSHA256[:])
	return nil
}

func (v *verification) document(f *finding, b []byte) error {
	verified, err := v.verifier.Verify(signing.Claim{
		Document: b, Signers: v.trust.Signers, At: v.at, Policy: signing.Policy{Presence: signing.Required},
	})
	if err != nil {
		return err
	}
	digest := sha256.Sum256(b)
	f.SealedBy, f.Algorithms = []string{verified.Signer()}, []string{verified.Algorithm()}
	f.DigestSHA256 = hex.EncodeToString(digest[:])
	return nil
}

// outcome is what a finding means for the exit code.
func (f finding) outcome() error {
	switch {
	case f.err != nil:
		return errUnable
	case !f.Holds:
		return errFaults
	}
	return nil
}

func (s *session) printFinding(f finding) error {
	switch {
	case s.asJSON():
		return s.json(f)
	case f.err != nil:
		s.note("beibuctl: %s", terminal.Clean(f.err.Error()))
		return nil
	case !f.Holds:
		return s.printf("%s\n", terminal.Clean(s.say("%s: does not hold, %s: %s", f.File, f.Code, f.Reason)))
	}
	facts := terminal.NewTable("  " + s.word(f.What))
	fact := func(name, value string) {
		if value != "" {
			facts.Row("  "+s.word(name), value)
		}
	}
	fact("by", strings.Join(f.SealedBy, "; "))
	fact("algorithm", strings.Join(f.Algorithms, ", "))
	fact("exchange", f.ExchangeID)
	fact("document", strings.TrimSpace(f.Kind+" "+f.DocumentNumber))
	fact("version", f.DocumentVersion)
	fact("sender", f.Sender)
	fact("receivers", strings.Join(f.Receivers, ", "))
	if f.AcceptedAt != nil {
		fact("accepted", f.AcceptedAt.UTC().Format("2006-01-02T15:04:05.000000Z07:00"))
	}
	for _, t := range f.Timestamps {
		fact("time stamp", s.say("%s on %s", t.At.Format(time.RFC3339), t.Seal))
	}
	if f.LogPosition != nil {
		fact("position", s.say("%d in the log", *f.LogPosition))
	}
	fact("SHA-256", f.DigestSHA256)
	return s.printf("%s\n%s", terminal.Clean(s.say("%s: holds", f.File)), facts)
}
