package signing

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A Key signs. Signer may live in hardware, and be a ContextSigner. For RSA and ECDSA it is given a
// digest; for Ed25519 and SM2 the message, for SM2 with the options of
// gmsm/sm2.NewSM2SignerOption.
type Key struct {
	ID          string // of the key, for people
	Signer      crypto.Signer
	Certificate *Certificate
	UserID      []byte // enters Z of SM2; the default of GB/T 35276 if empty
	Algorithm   string // by which it signs, such as "rsa-sha512"; that of AlgorithmFor if empty
}

// algorithm checks that the key may sign and that its certificate is its own.
func (k *Key) algorithm() (*Algorithm, error) {
	if k.Signer == nil || k.Certificate == nil {
		return nil, fmt.Errorf("use key %s: no signer or no certificate", k.ID)
	}
	a, err := AlgorithmFor(k.Signer.Public())
	if err == nil && k.Algorithm != "" {
		a, err = algorithmByName(k.Algorithm, a.family)
	}
	if err != nil {
		return nil, fmt.Errorf("use key %s: %w", k.ID, err)
	}
	if !samePublic(k.Certificate.PublicKey, k.Signer.Public()) {
		return nil, fmt.Errorf("use key %s: the certificate is for another key", k.ID)
	}
	if !signsDocuments(k.Certificate) {
		return nil, fmt.Errorf("use key %s: its certificate is not for signatures", k.ID)
	}
	return a, nil
}

// samePublic reports whether two public keys are the same. Those on curves are
// compared here, for their Equal allocates at every signature.
func samePublic(a, b crypto.PublicKey) bool {
	if x, isCurve := a.(*ecdsa.PublicKey); isCurve {
		y, isCurve := b.(*ecdsa.PublicKey)
		return isCurve && x.Curve == y.Curve && x.X.Cmp(y.X) == 0 && x.Y.Cmp(y.Y) == 0 //nolint:staticcheck // they are only read
	}
	public, comparing := a.(interface{ Equal(crypto.PublicKey) bool })
	return comparing && public.Equal(b)
}

// A Sealer seals documents into envelopes. It may be used by several
// goroutines at once if the signers of its keys may.
type Sealer struct {
	keys []sealKey
	sm3  bool // a key needs the digest of the content by SM3
}

// sealKey is a key with all that is the same in each of its seals.
type sealKey struct {
	Key
	seal        string // id of the signature
	chosen      *Algorithm
	reference   *Digest
	certificate []byte // base64 of DER
	digest      []byte // of DER
}

// NewSealer returns a sealer that puts one signature by each key on an
// envelope, side by side: none covers another. It fails without keys, and for
// a key that may not sign.
func NewSealer(keys ...Key) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, errors.New("make sealer: no key")
	}
	s := &Sealer{}
	for i, key := range keys {
		chosen, err := key.algorithm()
		if err != nil {
			return nil, fmt.Errorf("make sealer: %w", err)
		}
		k := sealKey{Key: key, seal: "seal-" + strconv.Itoa(i+1), chosen: chosen, reference: referenceDigest(chosen)}
		k.digest = k.reference.Sum(key.Certificate.Raw)
		k.certificate = base64.StdEncoding.AppendEncode(nil, key.Certificate.Raw)
		s.sm3 = s.sm3 || k.reference == &digestSM3
		s.keys = append(s.keys, k)
	}
	return s, nil
}

// referenceDigest is the digest of what a seal refers to: SM3 for SM2, so that
// such a seal needs no other cryptography, else SHA-256.
func referenceDigest(a *Algorithm) *Digest {
	if a.family == familySM2 {
		return &digestSM3
	}
	return &digestSHA256
}

const (
	envelopeStart = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<Envelope xmlns="` + envelopeSpace + `"><Content Id="` + contentID + `">`
	contentApex   = `<Content xmlns="` + envelopeSpace + `" Id="` + contentID + `">`
	documentStart = `<Document encoding="base64">`
	contentEnd    = `</Document></Content>`
	envelopeEnd   = "</Envelope>\n"

	sealSize = 3 << 10 // what a signature takes beside its certificate
)

// A Digested document has its digest with it, which only [DigestDocument] computes. Its
// bytes may not change.
type Digested struct {
	document []byte
	digest   [sha256.Size]byte
}

// DigestDocument computes the digest of a document.
func DigestDocument(document []byte) Digested {
	return Digested{document, sha256.Sum256(document)}
}

// SHA256 returns the digest.
func (d Digested) SHA256() [sha256.Size]byte { return d.digest }

// Seal returns the envelope of a document. The header's digest must be that of
// the document; its AcceptedAt becomes the signing time, or, of one that was
// readdressed, when that was. If nothing is refused, OpenEnvelope returns the same header and document.
func (s *Sealer) Seal(ctx context.Context, h Header, document []byte) ([]byte, error) {
	return s.AppendSeal(ctx, nil, h, DigestDocument(document))
}

// AppendSeal is [Sealer.Seal] that appends the envelope to out. If it fails, it returns
// out as it was.
func (s *Sealer) AppendSeal(ctx context.Context, out []byte, h Header, d Digested) ([]byte, error) {
	before, document := out, d.document
	if h.DigestSHA256 != d.digest {
		return before, errors.New("seal document: the header has the digest of another document")
	}
	if err := h.check(); err != nil {
		return before, fmt.Errorf("seal document: %w", err)
	}
	out = slices.Grow(out, s.size(&h, document))
	out = append(out, envelopeStart...)
	from := len(out)
	out = h.append(out)
	out = append(out, documentStart...)
	out = appendBase64(out, document)
	out = append(out, contentEnd...)

	p := sealPads.Get().(*sealPad)
	defer sealPads.Put(p)
	content := contentDigest(&digestSHA256, out[from:], p.sha256[:0])
	var contentSM3 []byte
	if s.sm3 {
		contentSM3 = contentDigest(&digestSM3, out[from:], p.sm3[:0])
	}
	for i := range s.keys {
		k := &s.keys[i]
		digest := content
		if k.reference == &digestSM3 {
			digest = contentSM3
		}
		var err error
		if out, err = k.appendSeal(ctx, out, h.sealedAt(), digest, p); err != nil {
			return before, fmt.Errorf("seal document: %w", err)
		}
	}
	return append(out, envelopeEnd...), nil
}

// DocumentAt returns the offset of the base64 of the document in an envelope that a
// [Sealer] has made.
func DocumentAt(envelope []byte) int {
	return bytes.Index(envelope, []byte(documentStart)) + len(documentStart) // the header has no such tag
}

func (s *Sealer) size(h *Header, document []byte) int {
	n := len(envelopeStart) + h.size() + base64.StdEncoding.EncodedLen(len(document)) + len(envelopeEnd)
	for i := range s.keys {
		n += sealSize + len(s.keys[i].certificate)
	}
	return n
}

// contentStart is the start tag of the content in canonical form.
var contentStart = []byte(contentApex)

// contentDigest digests the content in canonical form: rest is what was
// written after its start tag, on which the form shows the namespace.
func contentDigest(d *Digest, rest, dst []byte) []byte {
	h := d.take()
	defer d.give(h)
	_, _ = h.Write(contentStart) // a hash never fails
	_, _ = h.Write(rest)
	return h.Sum(dst)
}

// A sealPad is scratch space for sealing one document.
type sealPad struct {
	sha256, sm3, ofProperties [32]byte // digests
	properties, info, value   []byte
}

var sealPads = sync.Pool{New: func() any { return new(sealPad) }}

// appendSeal writes one ds:Signature.
func (k *sealKey) appendSeal(ctx context.Context, out []byte, at time.Time, content []byte, p *sealPad) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !validAt(k.Certificate, at) {
		return nil, fmt.Errorf("use key %s: its certificate is not valid at %s", k.ID, at.UTC().Format(time.RFC3339))
	}
	properties := sealProperties{id: k.seal, signingTime: at, reference: k.reference, certificate: k.digest}
	p.properties = properties.append(p.properties[:0])
	info := sealInfo{
		id: k.seal, algorithm: k.chosen, reference: k.reference, content: content,
		properties: k.reference.append(p.ofProperties[:0], p.properties),
	}
	p.info = info.append(p.info[:0])
	var err error
	if p.value, err = k.chosen.sign(p.value[:0], within(ctx, k.Signer), p.info, k.UserID); err != nil {
		return nil, fmt.Errorf("use key %s: %w", k.ID, err)
	}
	out = append(out, `<ds:Signature`+declareDS+` Id="`...)
	out = append(out, k.seal...)
	out = append(out, `"><ds:SignedInfo>`...)
	out = append(out, p.info[len(infoApex):]...)
	out = append(out, `<ds:SignatureValue>`...)
	out = base64.StdEncoding.AppendEncode(out, p.value)
	out = append(out, `</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>`...)
	out = append(out, k.certificate...)
	out = append(out, `</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object><xades:QualifyingProperties xmlns:xades="`+xadesSpace+`" Target="#`...)
	out = append(out, k.seal...)
	out = append(out, `"><xades:SignedProperties`...)
	out = append(out, p.properties[len(propertiesApex):]...)
	return append(out, `</xades:QualifyingProperties></ds:Object></ds:Signature>`...), nil
}
