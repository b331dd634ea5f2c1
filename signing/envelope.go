package signing

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"io"
	"strings"
	"sync"
	"time"

	"beibu/signing/c14n"
	"beibu/signing/strict"

	"github.com/emmansun/gmsm/sm3"
)

// An Envelope is a sealed document that was verified.
type Envelope struct {
	Header   Header
	Document []byte // the bytes that were sealed
	Seals    []Seal // at least one is by a trusted signer
}

// A Seal is one signature on an envelope. It is right for its certificate;
// whose that is, is known if Signer is not empty.
type Seal struct {
	ID          string // of the signature
	Signer      string // name of the trusted signer, or "" if the certificate is not trusted
	Algorithm   string // such as "ecdsa-sha256"
	SigningTime time.Time
	Certificate *Certificate
	Timestamp   time.Time // by a trusted authority, or zero
}

// envelopeLimits are room enough: an envelope is flat.
var envelopeLimits = strict.Limits{Depth: 16, Attributes: 8, Namespaces: 8, Elements: 4096}

// OpenEnvelope verifies an envelope and returns what is in it. It refuses, with
// a *Refusal, every envelope that is not of exactly the shape that Seal
// writes, that has a signature which does not hold, even by somebody unknown,
// or that has none by a signer whom trust knows and whose certificate was
// valid at the signing time. The document keeps none of b's memory.
func OpenEnvelope(b []byte, trust Trust) (*Envelope, error) {
	o := openers.Get().(*opener)
	defer o.putBack()
	return o.open(b, trust)
}

// An opener is scratch space for opening an envelope.
type opener struct {
	signatureReader
	contentWriter c14n.Writer
	adds          bool   // a seal is to be added, by any digest
	sha256, sm3   []byte // digests of the content, or nil if no seal is by it
	end           int    // offset of the end tag of the envelope

	keepsStampables bool
	stampables      []stampable
}

var openers = sync.Pool{New: func() any { return new(opener) }}

func (o *opener) putBack() {
	o.release()
	o.adds, o.keepsStampables, o.stampables = false, false, nil
	o.contentWriter.Reset(io.Discard, c14n.Exclusive)
	openers.Put(o)
}

// open verifies an envelope.
func (o *opener) open(b []byte, trust Trust) (*Envelope, error) {
	o.reset(b)
	e := &Envelope{}
	if err := o.content(e); err != nil {
		return nil, err
	}
	trusted := false
	for {
		more, err := o.seal(e, trust)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		trusted = trusted || e.Seals[len(e.Seals)-1].Signer != ""
	}
	switch {
	case len(e.Seals) == 0:
		return nil, refusal(CodeMissing, "the envelope is not sealed")
	case !trusted:
		return nil, refusal(CodeUntrusted, "no seal is by a trusted signer")
	}
	o.end, _ = o.scanner.Span()
	if err := o.finish(); err != nil {
		return nil, err
	}
	return e, nil
}

func (o *opener) reset(b []byte) {
	o.start(b, envelopeLimits)
	o.code = CodeEnvelope
	o.sha256, o.sm3, o.stampables = nil, nil, nil
}

// content reads the envelope up to the end of Content, digesting it.
func (o *opener) content(e *Envelope) error {
	o.blanks = true
	if err := o.enter(envelopeSpace, "Envelope"); err != nil {
		return err
	}
	if _, err := o.attribute(""); err != nil {
		return err
	}
	ofSHA256, ofSM3 := o.hashes()
	switch {
	case ofSM3 == nil:
		o.contentWriter.Reset(ofSHA256, c14n.Exclusive)
	case ofSHA256 == nil:
		o.contentWriter.Reset(ofSM3, c14n.Exclusive)
	default:
		o.contentWriter.Reset(io.MultiWriter(ofSHA256, ofSM3), c14n.Exclusive)
	}
	o.tap = &o.contentWriter
	if err := o.signedContent(e); err != nil {
		return err
	}
	o.tap = nil
	if err := o.contentWriter.Flush(); err != nil {
		return o.refuse(CodeEnvelope, err.Error())
	}
	if ofSHA256 != nil {
		o.sha256 = ofSHA256.Sum(nil)
	}
	if ofSM3 != nil {
		o.sm3 = ofSM3.Sum(nil)
	}
	return nil
}

// hashes returns those by which the seals digest the content: one is enough
// if all do the same. No base64 has a '#'.
func (o *opener) hashes() (ofSHA256, ofSM3 hash.Hash) {
	if o.adds || bytes.Contains(o.bytes, []byte("#sm3")) {
		ofSM3 = sm3.New()
	}
	if o.adds || ofSM3 == nil || bytes.Contains(o.bytes, []byte("#sha256")) {
		ofSHA256 = sha256.New()
	}
	return ofSHA256, ofSM3
}

// signedContent reads the element Content.
func (o *opener) signedContent(e *Envelope) error {
	if err := o.enter(envelopeSpace, "Content"); err != nil {
		return err
	}
	if id, err := o.attribute("Id"); err != nil || id != contentID {
		return o.orRefuse(err, "Content must have the Id "+contentID)
	}
	o.blanks = false // nothing but what Seal writes is signed
	defer func() { o.blanks = true }()
	if err := o.header(&e.Header); err != nil {
		return err
	}
	if err := o.document(e); err != nil {
		return err
	}
	return o.leave()
}

// orRefuse passes an error on, or refuses the shape if there is none.
func (o *opener) orRefuse(err error, reason string) error {
	if err != nil {
		return err
	}
	return o.refuse(o.code, reason)
}

func (o *opener) header(h *Header) error {
	if err := o.enter(envelopeSpace, "Header"); err != nil {
		return err
	}
	if _, err := o.attribute(""); err != nil {
		return err
	}
	var err error
	for _, f := range [...]struct {
		name string
		to   *string
	}{
		{"ExchangeID", &h.ExchangeID},
		{"Sender", &h.Sender},
		{"Kind", &h.Kind},
		{"DocumentNumber", &h.DocumentNumber},
		{"DocumentVersion", &h.DocumentVersion},
	} {
		if *f.to, err = o.element(f.name); err != nil {
			return err
		}
	}
	if err := o.receivers(h); err != nil {
		return err
	}
	if err := o.facts(h); err != nil {
		return err
	}
	return o.readdressed(h)
}

// readdressed reads to the end of the header, over the element that only an envelope has
// that was sealed for other receivers than the first one.
func (o *opener) readdressed(h *Header) error {
	if err := o.structure(); err != nil || o.scanner.Kind() == strict.EndElement {
		return err
	}
	if !o.isStart(envelopeSpace, "Readdressed") {
		return o.refuse(o.code, "an element that has no place here")
	}
	if _, err := o.attribute(""); err != nil {
		return err
	}
	var at string
	for _, f := range [...]struct {
		name string
		to   *string
	}{{"Run", &h.Readdressed.Run}, {"Plan", &h.Readdressed.Plan}, {"At", &at}} {
		var err error
		if *f.to, err = o.element(f.name); err != nil {
			return err
		}
	}
	var ok bool
	if h.Readdressed.At, ok = parseTime(at); !ok {
		return o.refuse(CodeHeader, "At must be a time in UTC, as short as it can be")
	}
	if h.Readdressed == (Readdressed{}) {
		return o.refuse(CodeHeader, "Readdressed says nothing")
	}
	if err := o.leave(); err != nil {
		return err
	}
	return o.leave()
}

func (o *opener) receivers(h *Header) error {
	if err := o.enter(envelopeSpace, "Receivers"); err != nil {
		return err
	}
	if _, err := o.attribute(""); err != nil {
		return err
	}
	for {
		if err := o.structure(); err != nil {
			return err
		}
		if o.scanner.Kind() == strict.EndElement {
			return nil
		}
		if !o.isStart(envelopeSpace, "Receiver") || len(o.scanner.Attributes()) > 0 {
			return o.refuse(o.code, "element Receiver expected")
		}
		raw, _, err := o.text()
		if err != nil {
			return err
		}
		h.Receivers = append(h.Receivers, string(strict.AppendText(nil, raw, false)))
	}
}

// facts reads the elements of the header after the receivers.
func (o *opener) facts(h *Header) error {
	digest, err := o.element("DigestSHA256")
	if err != nil {
		return err
	}
	if n, err := hex.Decode(h.DigestSHA256[:], truncated(digest)); err != nil || n != sha256.Size || hex.EncodeToString(h.DigestSHA256[:]) != digest {
		return o.refuse(CodeHeader, "DigestSHA256 must be 64 hexadecimal digits, in lower case")
	}
	at, err := o.element("AcceptedAt")
	if err != nil {
		return err
	}
	var ok bool
	if h.AcceptedAt, ok = parseTime(at); !ok {
		return o.refuse(CodeHeader, "AcceptedAt must be a time in UTC, as short as it can be")
	}
	h.SchemaPack, err = o.element("SchemaPack")
	return err
}

// truncated keeps what is too long from being decoded past its place.
func truncated(digits string) []byte { return []byte(digits[:min(len(digits), 2*sha256.Size)]) }

func (o *opener) document(e *Envelope) error {
	if err := o.enter(envelopeSpace, "Document"); err != nil {
		return err
	}
	if encoding, err := o.attribute("encoding"); err != nil || encoding != "base64" {
		return o.orRefuse(err, "Document must have the encoding base64")
	}
	raw, marks, err := o.text()
	if err != nil {
		return err
	}
	if marks != 0 || bytes.IndexByte(raw, '\n') >= 0 {
		return o.refuse(o.code, "Document must be base64 without line breaks")
	}
	e.Document = make([]byte, base64.StdEncoding.DecodedLen(len(raw)))
	n, err := base64.StdEncoding.Strict().Decode(e.Document, raw)
	if err != nil {
		return o.refuse(o.code, "Document must be base64")
	}
	e.Document = e.Document[:n]
	if sha256.Sum256(e.Document) != e.Header.DigestSHA256 {
		return o.refuse(CodeDocument, "the document is not the one that the header describes")
	}
	return nil
}

// clash reports whether a signature's identifier is that of another one or of its
// reference or properties.
func clash(id, other string) bool {
	rest, ok := strings.CutPrefix(other, id)
	return ok && (rest == "" || rest == "-content" || rest == "-properties")
}

// seal reads and verifies the next signature, and reports whether there was one.
func (o *opener) seal(e *Envelope, trust Trust) (bool, error) {
	if err := o.structure(); err != nil {
		return false, err
	}
	if o.scanner.Kind() == strict.EndElement {
		return false, nil
	}
	if !o.isStart(dsigSpace, "Signature") {
		return false, o.refuse(o.code, "a signature expected")
	}
	start, _ := o.scanner.Span()
	parts, err := o.sealParts()
	if err != nil {
		return false, err
	}
	for _, other := range e.Seals {
		if clash(other.ID, parts.id) || clash(parts.id, other.ID) {
			return false, refusal(CodeDuplicateID, "two signatures, or their parts, have the same Id").at(o.bytes, start)
		}
	}
	sealed, err := o.verifySeal(parts, trust)
	if err != nil {
		return false, placed(err, o.bytes, start)
	}
	e.Seals = append(e.Seals, sealed)
	if o.keepsStampables {
		o.stampables = append(o.stampables, stampable{parts.id, bytes.Clone(parts.valueForm), parts.stampAt, parts.stamp != nil})
	}
	return true, nil
}
