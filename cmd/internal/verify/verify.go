// Package verify is the command that verifies envelopes, receipts and signed
// documents offline: "beibuctl verify", and the whole of beibu-verify.
package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"beibu/cmd/internal/input"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/proof"
	"beibu/signing"
	"beibu/signing/strict"
)

// Command is the command's part of a command line, for kong.
type Command struct {
	Files      []string  `arg:"" name:"file" help:"Envelopes, receipts (*.jws) and signed documents; folders are searched for *.xml."`
	Cert       []string  `placeholder:"FILE" help:"Certificate that seals or signs, PEM. May be given again."`
	Trust      []string  `placeholder:"PATH" help:"PEM file, folder of *.pem files, or what keys show -o json prints: certificates that seal or sign, and keys that sign receipts. May be given again."`
	ReceiptKey []string  `placeholder:"FILE" help:"Public key that signs receipts, PEM. May be given again."`
	TSA        []string  `name:"tsa" placeholder:"PATH" help:"PEM file, or folder of *.pem files, with roots of time-stamping authorities whose time stamps in seals count. May be given again."`
	Document   string    `placeholder:"FILE" help:"Document that the envelopes and receipts must be for."`
	At         time.Time `placeholder:"TIME" help:"When the certificate of a signed document must have been valid, RFC 3339; by default now."`

	UserID string            `name:"user-id" placeholder:"ID" help:"User id that enters their SM2 signatures, if it is not the usual one."`
	DER    bool              `name:"der" help:"Their SM2 signatures may be ASN.1 DER."`
	Alias  map[string]string `mapsep:"none" placeholder:"URI=MEANS" help:"Identifier that they write for an algorithm or digest, and the one that it means. May be given again."`
}

// Help is shown below the summary. A test runs the command in it.
func (Command) Help() string {
	return `Any other program for XML signatures can verify envelopes too. xmlsec1 has to
be given the attributes that are identifiers, and checks the first seal of
each, which must not be by SM2:

  ` + xmlsecCommand
}

const xmlsecCommand = "xmlsec1 --verify --id-attr:Id urn:beibu:exchange:envelope:1:Content" +
	" --id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties --pubkey-cert-pem keys/beibu.pem inbox/*.envelope.xml"

// A Program is the program that runs the command.
type Program struct {
	Name     string
	In       io.Reader
	Out, Err io.Writer
	Lang     string // of what is printed for people, "en" or "zh"
	JSON     bool   // prints each finding as JSON on a line of its own
}

// An Outcome is the exit code of the command.
type Outcome int

// The outcomes, from the best to the worst.
const (
	Fine   Outcome = iota
	Faults         // something does not hold
	Unable         // something could not be read or verified
)

// A Hinted error says in addition what can be done about it.
type Hinted struct {
	Err  error
	Hint string // in the language of the program
}

// Error returns the error without the hint.
func (h Hinted) Error() string { return h.Err.Error() }

// Unwrap returns the error.
func (h Hinted) Unwrap() error { return h.Err }

// Run verifies every file and prints each finding. It returns an error, often
// [Hinted], if the command line makes no verification possible, or if nothing can
// be printed.
func (c *Command) Run(p Program) (Outcome, error) {
	v, err := c.verification(p)
	if err != nil {
		return Unable, err
	}
	outcome := Fine
	for _, file := range input.Files(c.Files) {
		found, err := p.verify(v, file)
		switch {
		case err != nil:
			outcome = Unable
		case !found.Holds:
			outcome = max(outcome, Faults)
		}
		if err := p.print(found, err); err != nil {
			return Unable, err
		}
	}
	return outcome, nil
}

// verification returns what the flags ask for.
func (c *Command) verification(p Program) (*proof.Verification, error) {
	trusted, err := proof.Read(slices.Concat(c.Cert, c.Trust, c.ReceiptKey))
	if err == nil {
		err = trusted.AddAuthorities(c.TSA)
	}
	if err != nil {
		return nil, err
	}
	if len(trusted.Signers)+len(trusted.Receipts) == 0 {
		return nil, Hinted{
			errors.New("nobody is trusted, so nothing can be verified"),
			p.say("beibuctl keys show --dir DIR keeps the keys of a daemon, and verify --trust DIR uses them; --cert names one certificate"),
		}
	}
	for i := range trusted.Signers {
		if c.UserID != "" { // else the user id that was published with the certificate
			trusted.Signers[i].UserID = []byte(c.UserID)
		}
		trusted.Signers[i].AllowDER = c.DER
	}
	verifier, err := signing.NewVerifier(strict.Limits{}, c.Alias)
	if err != nil {
		return nil, Hinted{err, p.say("such as --alias urn:theirs=http://www.chinaport.gov.cn/2022/04/xmldsig#sm3")}
	}
	v := &proof.Verification{Trust: trusted, Verifier: verifier, At: c.At}
	if v.At.IsZero() {
		v.At = time.Now()
	}
	if c.Document != "" {
		document, err := input.Read(p.In, c.Document)
		if err != nil {
			return nil, err
		}
		digest := sha256.Sum256(document)
		v.Digest = hex.EncodeToString(digest[:])
	}
	return v, nil
}

// verify verifies one file. The error says why there is no verdict.
func (p Program) verify(v *proof.Verification, file string) (proof.Finding, error) {
	b, err := input.Read(p.In, file)
	if err != nil {
		return proof.Finding{File: file, Code: input.CodeUnreadable, Reason: err.Error()}, err
	}
	found, err := v.Verify(file, b)
	if err == nil || found.Code != "" {
		return found, nil
	}
	found.Code = "verify.failed"
	return found, fmt.Errorf("verify %s: %w", file, err)
}

// print prints a finding, or why there is none.
func (p Program) print(f proof.Finding, failed error) error {
	var err error
	switch {
	case p.JSON:
		encoder := json.NewEncoder(p.Out)
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(f)
	case failed != nil:
		_, _ = fmt.Fprintf(p.Err, "%s: %s\n", p.Name, terminal.Clean(failed.Error())) // if it cannot be printed, the exit code says it
	case !f.Holds:
		_, err = fmt.Fprintln(p.Out, terminal.Clean(p.say("%s: does not hold, %s: %s", f.File, f.Code, f.Reason)))
	default:
		_, err = fmt.Fprintf(p.Out, "%s\n%s", terminal.Clean(p.say("%s: holds", f.File)), p.facts(f))
	}
	if err != nil {
		return fmt.Errorf("print result: %w", err)
	}
	return nil
}

// facts returns the table of what a file proves.
func (p Program) facts(f proof.Finding) *terminal.Table {
	facts := terminal.NewTable("  " + p.say(f.What))
	fact := func(name, value string) {
		if value != "" {
			facts.Row("  "+p.say(name), value)
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
	if f.ReaddressedAt != nil {
		fact("readdressed", p.say("on %s by run %s", f.ReaddressedAt.UTC().Format(time.RFC3339), f.ReaddressedBy))
		fact("plan", f.ReaddressedPlan)
	}
	for _, t := range f.Timestamps {
		fact("time stamp", p.say("%s on %s", t.At.Format(time.RFC3339), t.Seal))
	}
	if f.LogPosition != nil {
		fact("position", p.say("%d in the log", *f.LogPosition))
	}
	if f.Epoch != 0 {
		fact("epoch", p.say("%d: the log was restored from a copy before", f.Epoch))
	}
	fact("SHA-256", f.DigestSHA256)
	if s := f.Balance; s != nil {
		fact("made", s.Made)
		fact("counted up to", p.say("sequence %d of the record", s.Sequence))
		fact("used by documents", uses(s))
		for _, l := range s.Lines {
			facts.Row("  "+p.say("line %s", l.Line), p.say("%s %s left of %s; %s reserved, %s consumed", l.Left, l.Unit, l.Quantity, l.Reserved, l.Consumed))
		}
	}
	return facts
}

// uses returns how many documents draw, and how many may.
func uses(s *proof.Statement) string {
	if s.Permitted > 0 {
		return fmt.Sprintf("%d/%d", s.Uses, s.Permitted)
	}
	return strconv.Itoa(s.Uses)
}
