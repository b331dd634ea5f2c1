package signing

import (
	"bytes"
	"crypto/subtle"
	"errors"
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

// Terms are all that the signature of a document is judged by.
type Terms struct {
	Signers []Signer  // all keys registered for the sender, also past and future ones
	At      time.Time // of acceptance: keys that do not count then are left aside
	Policy  Policy
}

// A Claim is a document that was not read yet, with the [Terms] for its signature.
type Claim struct {
	Document []byte
	Signers  []Signer
	At       time.Time
	Policy   Policy
}

// Verified is a document whose signature was found good, or which needs none
// by the policy. It can be had from Verify and VerifyTree alone.
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

// Verify reads a document and does the same as VerifyTree. A fault of the document is a
// *Refusal too.
func (v *Verifier) Verify(c Claim) (Verified, error) {
	tree, err := strict.Parse(c.Document, v.limits)
	if err != nil {
		return Verified{}, fromReader(err)
	}
	return v.VerifyTree(tree, Terms{Signers: c.Signers, At: c.At, Policy: c.Policy})
}

// errFaulty says that a tree is only a guess.
var errFaulty = errors.New("verify signature: the tree is not that of a document without a fault")

// VerifyTree checks the one signature that a document may have. It is enveloped,
// covers the whole document and is made by a key registered for the sender;
// SignedInfo has one of a few forms, byte for byte. Anything else is a *Refusal. What
// is verified is the bytes that the tree was made from, which must not change.
func (v *Verifier) VerifyTree(tree *strict.Tree, terms Terms) (Verified, error) {
	if !tree.Sound() {
		return Verified{}, errFaulty
	}
	document := tree.Bytes()
	unsigned := !bytes.Contains(document, []byte("Signature")) // a name cannot be written otherwise
	r := senders.Get().(*senderReader)
	defer r.putBack()
	var form senderForm
	if !unsigned {
		var err error
		if form, err = v.read(r, tree); err != nil {
			return Verified{}, err
		}
		unsigned = !r.found.Exists()
	}
	if unsigned {
		if terms.Policy.Presence == Required {
			return Verified{}, refusal(CodeMissing, "the document is not signed")
		}
		return Verified{document: document}, nil
	}
	verified, err := v.judge(r, &form, &terms)
	return verified, placed(err, document, r.found.Start())
}

// read takes the signature of a document apart, twice if the guess at the form in
// which SignedInfo is written was wrong.
func (v *Verifier) read(r *senderReader, tree *strict.Tree) (form senderForm, err error) {
	guess := guessMethod(tree.Bytes())
	for range 2 {
		r.reset(tree, guess)
		if err := r.examine(); err != nil || !r.found.Exists() {
			return form, err
		}
		if form, err = readForm(r.parts.info, string(r.parts.prefix), v.aliases); err != nil {
			return form, placed(err, tree.Bytes(), r.found.Start())
		}
		if form.infoMethod == guess {
			if objection := r.objectionIn(form.method); objection != nil {
				return form, objection
			}
			return form, nil
		}
		guess = form.infoMethod
	}
	return form, refusal(CodeForm, "SignedInfo names a canonical form that it is not in").at(tree.Bytes(), r.found.Start())
}

func (v *Verifier) judge(r *senderReader, f *senderForm, c *Terms) (Verified, error) {
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
			return Verified{document: r.bytes, signer: s.Name, algorithm: f.algorithm.Name, certificate: s.Certificate}, nil
		}
	}
	return Verified{}, err
}

// verifyForm checks what the signature says of the document.
func (r *senderReader) verifyForm(f *senderForm) error {
	if f.uri != "" && (!r.rootHasID || f.uri[0] != '#' || f.uri[1:] != string(r.rootID)) {
		return refusal(CodeURI, `the signature must refer to "" or to the identifier of the root`)
	}
	if strings.ContainsAny(f.uri, "&<") {
		return refusal(CodeURI, "the root's identifier must need no escaping")
	}
	if subtle.ConstantTimeCompare(r.digest(f), f.value) != 1 {
		return refusal(CodeDigest, "the document was changed after it was signed")
	}
	return nil
}
