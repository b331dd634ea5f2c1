package signing

import (
	"hash"
	"io"

	"beibu/signing/c14n"
	"beibu/signing/strict"
)

const (
	dsig11Space   = "http://www.w3.org/2009/xmldsig11#"
	instanceSpace = "http://www.w3.org/2001/XMLSchema-instance"
	xmlSpace      = "http://www.w3.org/XML/1998/namespace"
)

// A senderReader goes over a document once: it digests the canonical form of
// all but the signature, and takes the signature apart.
type senderReader struct {
	signatureReader
	contentWriter c14n.Writer
	form          senderForm // by which the pass is made
	lender        *Digest    // of ofContent
	ofContent     hash.Hash

	found     bool
	children  int      // of the root, so far
	lastAt    int      // depth at which no element may follow the signature, or 0
	objection *Refusal // to the document, should it be signed
	parts     senderParts
	ids       []identifier // of all elements
	rootID    []byte       // the last, for there may be one alone
	rootHasID bool
	inherited []xmlAttribute // of open elements
	sum       [64]byte       // digest of the document
	signed    []byte         // value of a signature that was made
}

// senderParts is the content of a sender's ds:Signature.
type senderParts struct {
	start        int    // in the document
	info         []byte // canonical form of SignedInfo
	prefix       []byte // of its names, with its colon
	value        []byte
	certificates [][]byte // DER of all in KeyInfo, in its order
}

// xmlAttribute is one such as xml:lang, of an open element.
type xmlAttribute struct {
	depth        int
	local, value []byte
}

func (r *senderReader) reset(document []byte, form senderForm, limits strict.Limits) {
	r.start(document, limits)
	r.code, r.blanks = CodeShape, true
	r.form, r.found, r.objection = form, false, nil
	r.parts = senderParts{certificates: r.parts.certificates[:0]}
	r.children, r.lastAt = 0, 0
	r.ids, r.rootHasID, r.inherited = r.ids[:0], false, r.inherited[:0]
	r.giveBack()
	r.lender, r.ofContent = form.digest, form.digest.take()
	r.contentWriter.Reset(r.ofContent, form.method)
}

// giveBack ends the loan of the hash.
func (r *senderReader) giveBack() {
	if r.lender != nil {
		r.lender.give(r.ofContent)
		r.lender, r.ofContent = nil, nil
	}
}

// readThrough reads a document that can have no signature.
func (r *senderReader) readThrough() error {
	for r.scanner.Next() {
	}
	if err := r.scanner.Err(); err != nil {
		return fromReader(err)
	}
	return nil
}

// pass reads the whole document.
func (r *senderReader) pass() error {
	for r.scanner.Next() {
		switch r.scanner.Kind() {
		case strict.StartElement:
			signature, err := r.element()
			if err != nil {
				return err
			}
			if signature {
				continue
			}
		case strict.EndElement:
			r.forget()
			r.lastAt = 0
		case strict.Comment:
			r.objectTo(CodeComment, "a comment in a signed document")
		case strict.Text, strict.CData:
		}
		r.contentWriter.Take(&r.scanner)
	}
	if err := r.scanner.Err(); err != nil {
		return fromReader(err)
	}
	if err := r.contentWriter.Flush(); err != nil {
		return refusal(CodeMethod, err.Error())
	}
	r.objectToTwins()
	return nil
}

// element reads a start tag. It reads a signature to its end, and reports
// whether there was one.
func (r *senderReader) element() (bool, error) {
	r.identifiers()
	r.inherit()
	depth := r.scanner.Depth()
	if depth == 2 {
		r.children++
	}
	n := r.scanner.Name()
	if string(r.scanner.Space(n.Space)) != dsigSpace {
		if depth == r.lastAt {
			return false, r.refuse(CodePlace, "an element follows the signature, which must be the last of its parent")
		}
		return false, nil
	}
	if !r.isStart(dsigSpace, "Signature") {
		return false, r.refuse(CodeShape, "an element of XML Signature outside of a signature")
	}
	if r.found {
		return false, r.refuse(CodeSecond, "more than one signature")
	}
	if !r.isInPlace() {
		return false, r.refuse(CodePlace, "the signature must be the last child of the root, or be where UBL keeps it")
	}
	r.found, r.lastAt = true, depth
	r.forgetAt(depth) // those of the signature itself were refused or do not count
	return true, r.signature()
}

// objectTo notes what a document may have, but not one that is signed.
func (r *senderReader) objectTo(code, reason string) {
	if r.objection == nil {
		start, _ := r.scanner.Span()
		r.objection = refusal(code, reason).at(r.bytes, start)
	}
}

// inherit notes attributes that inclusive form hands down to SignedInfo. It
// objects to xsi:type in exclusive form, which does not cover what the prefix
// in its value stands for (Exclusive XML Canonicalization 1.0 §1.3).
func (r *senderReader) inherit() {
	for _, a := range r.scanner.Attributes() {
		if !a.HasPrefix() {
			continue
		}
		local := r.bytes[a.Local:a.End]
		switch string(r.scanner.Space(a.Space)) {
		case xmlSpace:
			r.inherited = append(r.inherited, xmlAttribute{r.scanner.Depth(), local, r.bytes[a.ValueStart:a.ValueEnd]})
		case instanceSpace:
			if string(local) == "type" && r.form.method == c14n.Exclusive {
				r.objectTo(CodeType, "exclusive canonical form does not cover the prefix in xsi:type")
			}
		}
	}
}

// forget drops what belongs to the element that has just ended.
func (r *senderReader) forget() { r.forgetAt(r.scanner.Depth() + 1) }

func (r *senderReader) forgetAt(depth int) {
	for len(r.inherited) > 0 && r.inherited[len(r.inherited)-1].depth >= depth {
		r.inherited = r.inherited[:len(r.inherited)-1]
	}
}

// signature takes apart a ds:Signature whose start tag was read: SignedInfo,
// SignatureValue, at most one KeyInfo.
func (r *senderReader) signature() (err error) {
	r.parts.start, _ = r.scanner.Span()
	if err := r.onlyID(); err != nil {
		return err
	}
	if err := r.signedInfo(); err != nil {
		return err
	}
	if err := r.enter(dsigSpace, "SignatureValue"); err != nil {
		return err
	}
	r.identifiers()
	if err := r.onlyID(); err != nil {
		return err
	}
	if r.parts.value, err = r.base64(); err != nil {
		return err
	}
	if err := r.structure(); err != nil {
		return err
	}
	if r.isStart(dsigSpace, "KeyInfo") {
		if err := r.keyInfo(); err != nil {
			return err
		}
		if err := r.structure(); err != nil {
			return err
		}
	}
	if r.isStart(dsigSpace, "Object") {
		return r.refuse(CodeObject, "a sender's signature must have no Object")
	}
	if r.scanner.Kind() != strict.EndElement {
		return r.refuse(CodeShape, "a signature holds SignedInfo, SignatureValue and at most one KeyInfo")
	}
	return nil
}

func (r *senderReader) signedInfo() error {
	r.info.Reset()
	r.infoWriter.Reset(&r.info, r.form.infoMethod)
	for _, a := range r.inherited {
		r.infoWriter.Inherit(a.local, a.value)
	}
	r.tap = &r.infoWriter
	if err := r.enter(dsigSpace, "SignedInfo"); err != nil {
		return err
	}
	n := r.scanner.Name()
	r.parts.prefix = r.bytes[n.Start:n.Local]
	r.identifiers()
	if r.onlyID() != nil {
		return r.refuse(CodeForm, "SignedInfo must have no attribute but Id")
	}
	if err := r.throughInfo(); err != nil {
		return err
	}
	r.tap = nil
	if err := r.infoWriter.Flush(); err != nil {
		return r.refuse(CodeForm, err.Error())
	}
	r.parts.info = r.info.Bytes()
	return nil
}

// throughInfo reads up to the end tag of SignedInfo, and notes the identifiers
// in it. Which elements may have one, and what else, is the form's matter.
func (r *senderReader) throughInfo() error {
	for outside := r.scanner.Depth() - 1; ; {
		if err := r.next(); err != nil {
			return err
		}
		switch {
		case r.scanner.Kind() == strict.StartElement:
			r.identifiers()
		case r.scanner.Kind() == strict.EndElement && r.scanner.Depth() == outside:
			return nil
		}
	}
}

// onlyID checks that the start tag read last has no attribute but Id, which
// XMLDSig 1.1 allows on some of a signature's own elements.
func (r *senderReader) onlyID() error {
	if len(r.scanner.Attributes()) == 0 {
		return nil
	}
	_, err := r.attribute("Id")
	return err
}

// manyIDs is how many identifiers scratch space may hold to be kept.
const manyIDs = 1 << 10

func (r *senderReader) putBack() {
	r.release()
	r.contentWriter.Reset(io.Discard, c14n.Exclusive)
	r.giveBack()
	clear(r.parts.certificates[:cap(r.parts.certificates)])
	r.parts = senderParts{certificates: r.parts.certificates[:0]}
	clear(r.inherited[:cap(r.inherited)])
	if clear(r.ids[:cap(r.ids)]); cap(r.ids) > manyIDs {
		r.ids = nil
	}
	senders.Put(r)
}
