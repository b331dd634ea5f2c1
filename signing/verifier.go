package signing

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"beibu/signing/strict"
)

// A Presence says whether a kind of document from a party must be signed.
type Presence uint8

// What a policy may ask.
const (
	Optional Presence = iota // verified if it is there
	Required
	Refused
)

// A Policy is what is asked of the signature on a kind of document.
type Policy struct {
	Presence   Presence
	Algorithms []string // names from the table that are allowed; none means all that are
}

// A Verifier checks senders' signatures. It does not change, and may be used by
// several goroutines at once.
type Verifier struct {
	limits  strict.Limits
	aliases map[string]string
}

// NewVerifier returns a verifier. Aliases map identifiers of algorithms and
// digests that counterparts write to those of the table: there is no
// registered one for SM2 and SM3. It fails if an alias leads to none that
// is allowed, or hides one that is in the table.
func NewVerifier(limits strict.Limits, aliases map[string]string) (*Verifier, error) {
	for from, to := range aliases {
		_, notAlgorithm := algorithmByURI(to)
		_, notDigest := digestByURI(to)
		if notAlgorithm != nil && notDigest != nil {
			return nil, fmt.Errorf("make verifier: alias %s leads to %s, which is not allowed", from, to)
		}
		if isInTable(from) {
			return nil, fmt.Errorf("make verifier: alias %s is in the table itself", from)
		}
	}
	return &Verifier{limits: limits, aliases: aliases}, nil
}

func isInTable(uri string) bool {
	return slices.ContainsFunc(algorithms, func(a *Algorithm) bool { return a.URI == uri }) ||
		slices.ContainsFunc(digests, func(d *Digest) bool { return d.URI == uri })
}

// A Claim is a document with all that its signature is judged by.
type Claim struct {
	Document []byte
	Signers  []Signer  // all keys registered for the sender, also past and future ones
	At       time.Time // of acceptance: keys that do not count then are left aside
	Policy   Policy
}

// Verified is a document whose signature was found good, or which needs none
// by the policy. It can be had from Verify alone.
type Verified struct {
	document    []byte
	signer      string
	algorithm   string
	certificate *Certificate
}

// Document returns the bytes as they were received. All of them but the
// signature itself, white space in tags and the like are covered by it.
func (v Verified) Document() []byte { return v.document }

// Signer returns the name of the registered signer, or "" if the document
// is not signed.
func (v Verified) Signer() string { return v.signer }

// Algorithm returns the name of the signature's algorithm, or "".
func (v Verified) Algorithm() string { return v.algorithm }

// Certificate returns that of the key that signed, or nil.
func (v Verified) Certificate() *Certificate { return v.certificate }

var senders = sync.Pool{New: func() any { return new(senderReader) }}

// Verify checks the one signature that a document may have. It is enveloped,
// covers the whole document and is made by a key registered for the sender;
// SignedInfo has one of a few forms, byte for byte. Anything else is a
// *Refusal. The document must not change afterwards.
func (v *Verifier) Verify(c Claim) (Verified, error) {
	r := senders.Get().(*senderReader)
	defer r.putBack()
	form, err := v.read(r, c.Document)
	if err != nil {
		return Verified{}, err
	}
	if !r.found {
		if c.Policy.Presence == Required {
			return Verified{}, refusal(CodeMissing, "the document is not signed")
		}
		return Verified{document: c.Document}, nil
	}
	verified, err := v.judge(r, &form, &c)
	return verified, placed(err, c.Document, r.parts.start)
}

// read passes over the document, twice if the first guess was wrong.
func (v *Verifier) read(r *senderReader, document []byte) (senderForm, error) {
	guess := guessForm(document, v.aliases)
	if !bytes.Contains(document, []byte("Signature")) { // a name cannot be written otherwise
		r.reset(document, guess, v.limits)
		return guess, r.readThrough()
	}
	for range 2 {
		r.reset(document, guess, v.limits)
		if err := r.pass(); err != nil {
			return guess, err
		}
		if !r.found {
			return guess, nil
		}
		form, err := readForm(r.parts.info, string(r.parts.prefix), v.aliases)
		if err != nil {
			return form, placed(err, document, r.parts.start)
		}
		if form.sameWork(&guess) {
			if r.objection != nil {
				return form, r.objection
			}
			return form, nil
		}
		guess = form
	}
	return guess, refusal(CodeForm, "SignedInfo names a canonical form that it is not in").at(document, r.parts.start)
}

func (v *Verifier) judge(r *senderReader, f *senderForm, c *Claim) (Verified, error) {
	if c.Policy.Presence == Refused {
		return Verified{}, refusal(CodeUnwanted, "such documents must not be signed")
	}
	if allowed := c.Policy.Algorithms; len(allowed) > 0 && !slices.Contains(allowed, f.algorithm.Name) {
		return Verified{}, refusal(CodePolicy, "the policy does not allow "+f.algorithm.Name)
	}
	if err := r.verifyForm(f); err != nil {
		return Verified{}, err
	}
	candidates, err := chooseSigners(c.Signers, r.parts.certificates)
	if err != nil {
		return Verified{}, err
	}
	err = refusal(CodeUntrusted, "the sender has no registered key")
	tried := false
	for i := range candidates {
		s := &candidates[i]
		if !s.validAt(c.At) {
			if !tried {
				err = s.lapse(c.At)
			}
			continue
		}
		tried = true
		if err = f.algorithm.verify(s.Certificate.PublicKey, r.parts.info, r.parts.value, sm2Options{userID: s.UserID, der: s.AllowDER}); err != nil {
			continue
		}
		if err = s.check(c.At); err == nil {
			return Verified{document: c.Document, signer: s.Name, algorithm: f.algorithm.Name, certificate: s.Certificate}, nil
		}
	}
	return Verified{}, err
}

// verifyForm checks what the signature says of the document, once the pass was
// made by the right form.
func (r *senderReader) verifyForm(f *senderForm) error {
	if f.uri != "" && (!r.rootHasID || f.uri[0] != '#' || f.uri[1:] != string(r.rootID)) {
		return refusal(CodeURI, `the signature must refer to "" or to the identifier of the root`)
	}
	if strings.ContainsAny(f.uri, "&<") {
		return refusal(CodeURI, "the root's identifier must need no escaping")
	}
	if subtle.ConstantTimeCompare(r.ofContent.Sum(r.sum[:0]), f.value) != 1 {
		return refusal(CodeDigest, "the document was changed after it was signed")
	}
	return nil
}
