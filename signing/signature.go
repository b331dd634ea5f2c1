package signing

import (
	"bytes"
	"io"

	"beibu/signing/c14n"
	"beibu/signing/strict"
)

// A signatureReader reads ds:Signature elements.
type signatureReader struct {
	cursor
	infoWriter, propertiesWriter, valueWriter c14n.Writer
	info, properties, value                   bytes.Buffer
}

func (r *signatureReader) start(b []byte, limits strict.Limits) {
	r.scanner.Reset(b, limits)
	r.begin(b)
}

// begin makes the reader ready for b but for the scanner.
func (r *signatureReader) begin(b []byte) { r.bytes, r.tap, r.decoded = b, nil, r.decoded[:0] }

// largestBuffer is what scratch space may hold to be kept.
const largestBuffer = 64 << 10

// release lets go of the document.
func (r *signatureReader) release() {
	r.start(nil, strict.Limits{})
	r.infoWriter.Reset(io.Discard, c14n.Exclusive)
	r.propertiesWriter.Reset(io.Discard, c14n.Exclusive)
	r.valueWriter.Reset(io.Discard, c14n.Exclusive)
	if cap(r.decoded) > largestBuffer {
		r.decoded = nil
	}
	for _, buffer := range [...]*bytes.Buffer{&r.info, &r.properties, &r.value} {
		if buffer.Cap() > largestBuffer {
			*buffer = bytes.Buffer{}
		}
	}
}

// sealParts is the content of the ds:Signature of a seal. Its slices hold until
// the next signature is read.
type sealParts struct {
	id          string
	info        []byte // canonical form of SignedInfo
	value       []byte
	certificate []byte // DER
	properties  []byte // canonical form of SignedProperties
	valueForm   []byte // canonical form of SignatureValue
	stamp       []byte // the token of a time stamp, or nothing
	stampAt     int    // offset at which it goes
}

// sealParts reads the rest of a ds:Signature whose start tag was read:
// SignedInfo, SignatureValue, KeyInfo with one certificate, and an Object with
// the XAdES properties.
func (r *signatureReader) sealParts() (p sealParts, err error) {
	if p.id, err = r.attribute("Id"); err != nil {
		return p, err
	}
	if !isID(p.id) || p.id == contentID {
		return p, r.refuse(r.code, "the signature's Id must be letters, digits, '-', '_' and '.'")
	}
	if p.info, err = r.canonical(dsigSpace, "SignedInfo", &r.infoWriter, &r.info); err != nil {
		return p, err
	}
	if p.value, p.valueForm, err = r.signatureValue(); err != nil {
		return p, err
	}
	if p.certificate, err = r.certificate(); err != nil {
		return p, err
	}
	if err = r.object(&p); err != nil {
		return p, err
	}
	return p, r.leave()
}

// isID keeps identifiers to what needs no escaping anywhere.
func isID(id string) bool {
	for i, c := range []byte(id) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || ((c < '0' || c > '9') && c != '-' && c != '.')) {
			return false
		}
	}
	return id != ""
}

// canonical reads an element whole and returns its exclusive canonical form.
func (r *signatureReader) canonical(space, local string, w *c14n.Writer, to *bytes.Buffer) ([]byte, error) {
	to.Reset()
	w.Reset(to, c14n.Exclusive)
	r.tap = w
	if err := r.enter(space, local); err != nil {
		return nil, err
	}
	if err := r.toEnd(); err != nil {
		return nil, err
	}
	r.tap = nil
	if err := w.Flush(); err != nil {
		return nil, r.refuse(r.code, err.Error())
	}
	return to.Bytes(), nil
}

// toEnd reads up to the end tag of the element just entered.
func (r *signatureReader) toEnd() error {
	for outside := r.scanner.Depth() - 1; ; {
		if err := r.next(); err != nil {
			return err
		}
		if r.scanner.Kind() == strict.EndElement && r.scanner.Depth() == outside {
			return nil
		}
	}
}

// plain enters an element that may have no attribute.
func (r *signatureReader) plain(space, local string) error {
	if err := r.enter(space, local); err != nil {
		return err
	}
	_, err := r.attribute("")
	return err
}

// signatureValue reads SignatureValue, also in the form that a time stamp
// covers.
func (r *signatureReader) signatureValue() (value, form []byte, err error) {
	r.value.Reset()
	r.valueWriter.Reset(&r.value, c14n.Exclusive)
	r.tap = &r.valueWriter
	if err := r.plain(dsigSpace, "SignatureValue"); err != nil {
		return nil, nil, err
	}
	if value, err = r.base64(); err != nil {
		return nil, nil, err
	}
	r.tap = nil
	if err := r.valueWriter.Flush(); err != nil {
		return nil, nil, r.refuse(r.code, err.Error())
	}
	return value, r.value.Bytes(), nil
}

// certificate reads KeyInfo with exactly one certificate.
func (r *signatureReader) certificate() ([]byte, error) {
	for _, name := range [...]string{"KeyInfo", "X509Data", "X509Certificate"} {
		if err := r.plain(dsigSpace, name); err != nil {
			return nil, err
		}
	}
	der, err := r.base64()
	if err != nil {
		return nil, err
	}
	if err := r.leave(); err != nil {
		return nil, err
	}
	return der, r.leave()
}

// object reads the Object with the XAdES properties of the signature.
func (r *signatureReader) object(p *sealParts) error {
	if err := r.plain(dsigSpace, "Object"); err != nil {
		return err
	}
	if err := r.enter(xadesSpace, "QualifyingProperties"); err != nil {
		return err
	}
	target, err := r.attribute("Target")
	if err != nil {
		return err
	}
	if target != "#"+p.id {
		return r.refuse(CodeProperties, "the properties are those of another signature")
	}
	if p.properties, err = r.canonical(xadesSpace, "SignedProperties", &r.propertiesWriter, &r.properties); err != nil {
		return err
	}
	_, p.stampAt = r.scanner.Span()
	if err := r.structure(); err != nil {
		return err
	}
	if r.isStart(xadesSpace, "UnsignedProperties") {
		if err := r.timestamp(p); err != nil {
			return err
		}
		if err := r.structure(); err != nil {
			return err
		}
	}
	if r.scanner.Kind() != strict.EndElement {
		return r.refuse(r.code, "an element that has no place here")
	}
	return r.leave()
}

// timestamp reads UnsignedProperties with exactly one SignatureTimeStamp.
func (r *signatureReader) timestamp(p *sealParts) error {
	if _, err := r.attribute(""); err != nil {
		return err
	}
	for _, name := range [...]string{"UnsignedSignatureProperties", "SignatureTimeStamp"} {
		if err := r.plain(xadesSpace, name); err != nil {
			return err
		}
	}
	if err := r.enter(dsigSpace, "CanonicalizationMethod"); err != nil {
		return err
	}
	method, err := r.attribute("Algorithm")
	if err != nil {
		return err
	}
	if method != exclusiveURI {
		return r.refuse(CodeMethod, "a time stamp must cover the exclusive canonical form")
	}
	if err := r.leave(); err != nil {
		return err
	}
	if err := r.plain(xadesSpace, "EncapsulatedTimeStamp"); err != nil {
		return err
	}
	if p.stamp, err = r.base64(); err != nil {
		return err
	}
	for range 3 {
		if err := r.leave(); err != nil {
			return err
		}
	}
	return nil
}
