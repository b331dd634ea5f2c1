package signing

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"beibu/signing/c14n"
	"beibu/signing/strict"
)

// ublRootSpace starts the namespace of every UBL document type.
const ublRootSpace = "urn:oasis:names:specification:ubl:schema:xsd:"

// The elements in which UBL keeps a signature (UBL 2.4 §6.4.2). They are
// signed; the ds:Signature between them is not.
const (
	ublOpen = `<ext:UBLExtension xmlns:ext="` + ublExtensionSpace + `"><ext:ExtensionURI>urn:oasis:names:specification:ubl:dsig:enveloped</ext:ExtensionURI><ext:ExtensionContent>` +
		`<sig:UBLDocumentSignatures xmlns:sig="` + ublSignatureSpace + `"><sac:SignatureInformation xmlns:sac="` + ublAggregateSpace + `">`
	ublClose        = `</sac:SignatureInformation></sig:UBLDocumentSignatures></ext:ExtensionContent></ext:UBLExtension>`
	extensionsOpen  = `<ext:UBLExtensions xmlns:ext="` + ublExtensionSpace + `">`
	extensionsClose = `</ext:UBLExtensions>`
)

// SignDocument returns a party's own document with its signature inside, as
// Verify takes it: in a UBL document in an extension, else last in the root.
// The method is that of the document and of SignedInfo; customs systems after
// GACC 202205 ask for inclusive form. The bytes around the signature are not
// altered.
func SignDocument(document []byte, key Key, method c14n.Method) ([]byte, error) {
	algorithm, err := key.algorithm()
	if err != nil {
		return nil, err
	}
	r := senders.Get().(*senderReader)
	defer r.putBack()
	reference := referenceDigest(algorithm)
	form := senderForm{infoMethod: method, method: method, digest: reference, algorithm: algorithm}
	prepared, at, err := r.prepare(document, form)
	if err != nil {
		return nil, fmt.Errorf("sign document: %w", err)
	}
	form.value = r.ofContent.Sum(nil)
	info := form.append(nil)
	certificate := base64.StdEncoding.EncodeToString(key.Certificate.Raw)
	compose := func(value []byte) []byte {
		return slices.Concat(prepared[:at],
			[]byte(`<ds:Signature`+declareDS+`><ds:SignedInfo>`), info[len(infoApex):],
			[]byte(`<ds:SignatureValue>`+base64.StdEncoding.EncodeToString(value)+`</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>`+
				certificate+`</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`),
			prepared[at:])
	}
	if method == c14n.Inclusive { // the form of SignedInfo depends on what stands around it
		r.reset(compose([]byte{0}), form, strict.Limits{})
		if err := r.pass(); err != nil {
			return nil, fmt.Errorf("sign document: %w", err)
		}
		info = slices.Concat([]byte(nil), r.parts.info)
	}
	value, err := algorithm.sign(key.Signer, info, key.UserID)
	if err != nil {
		return nil, fmt.Errorf("use key %s: %w", key.ID, err)
	}
	if method == c14n.Inclusive {
		info = slices.Concat([]byte(infoApex), info[tagEnd(info):])
	}
	return compose(value), nil
}

// append writes the SignedInfo of a sender's signature in exclusive form.
func (f *senderForm) append(dst []byte) []byte {
	return fmt.Appendf(dst, infoApex+`<ds:CanonicalizationMethod Algorithm="%s"></ds:CanonicalizationMethod>`+
		`<ds:SignatureMethod Algorithm="%s"></ds:SignatureMethod><ds:Reference URI="%s"><ds:Transforms>`+
		`<ds:Transform Algorithm="`+envelopedURI+`"></ds:Transform><ds:Transform Algorithm="%s"></ds:Transform></ds:Transforms>`+
		`<ds:DigestMethod Algorithm="%s"></ds:DigestMethod><ds:DigestValue>%s</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
		f.infoMethod.URI(), f.algorithm.URI, f.uri, f.method.URI(), f.digest.URI, base64.StdEncoding.EncodeToString(f.value))
}

// prepare makes the place for a signature, digests the document, and returns
// it with the offset of that place. A document that Verify would not take with
// a good signature is refused here already.
func (r *senderReader) prepare(document []byte, form senderForm) (prepared []byte, at int, err error) {
	prepared, at, err = placeInUBL(document)
	if err != nil {
		return nil, 0, err
	}
	r.reset(prepared, form, strict.Limits{})
	if err := r.pass(); err != nil {
		return nil, 0, err
	}
	if r.found {
		return nil, 0, refusal(CodeSecond, "the document is signed already").at(document, r.parts.start)
	}
	if r.objection != nil {
		return nil, 0, r.objection
	}
	if at > 0 {
		return prepared, at, nil
	}
	if start, end := r.rootEnd[0], r.rootEnd[1]; start < end {
		return document, start, nil
	}
	// The root is an empty-element tag: it becomes a pair.
	end := r.rootEnd[0]
	opened := slices.Concat(document[:end-len("/>")], []byte{'>'})
	return slices.Concat(opened, []byte("</"), r.rootName, []byte{'>'}, document[end:]), len(opened), nil
}

// placeInUBL puts the elements around a signature into a UBL document. Other
// documents it returns as they are, with the offset 0.
func placeInUBL(document []byte) ([]byte, int, error) {
	var s strict.Scanner
	s.Reset(document, strict.Limits{})
	offset, extensions := 0, false
	for s.Next() {
		n := s.Name()
		if s.Kind() == strict.EndElement {
			break
		}
		if s.Kind() != strict.StartElement {
			continue
		}
		start, end := s.Span()
		if document[end-2] == '/' {
			break // empty: nothing stands in it
		}
		space := string(s.Space(n.Space))
		if s.Depth() == 1 {
			if !strings.HasPrefix(space, ublRootSpace) {
				return document, 0, nil
			}
			offset = end
			continue
		}
		if start > offset && space == ublExtensionSpace && string(s.Bytes(n.Local, n.End)) == "UBLExtensions" {
			offset, extensions = end, true
		}
		break
	}
	if offset == 0 {
		return document, 0, fromReader(s.Err())
	}
	before, after := extensionsOpen+ublOpen, ublClose+extensionsClose
	if extensions {
		before, after = ublOpen, ublClose
	}
	prepared := slices.Concat(document[:offset], []byte(before), []byte(after), document[offset:])
	return prepared, offset + len(before), nil
}
