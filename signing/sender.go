package signing

import (
	"slices"

	"beibu/signing/c14n"
	"beibu/signing/strict"
)

const (
	dsig11Space   = "http://www.w3.org/2009/xmldsig11#"
	instanceSpace = "http://www.w3.org/2001/XMLSchema-instance"
)

// A senderReader takes the signature of a document apart, and digests the canonical
// form of all else. The document was read already; only the signature itself is
// read a second time, for its content has one shape.
type senderReader struct {
	signatureReader
	tree       *strict.Tree
	dsig       int32       // number of the namespace of XML Signature in the tree, or -1
	infoMethod c14n.Method // in which SignedInfo is written
	content    c14n.TreeWriter

	found      strict.Node // the signature, or none
	objection  *Refusal    // to the document, should it be signed
	objectedAt int         // offset of what is objected to
	typedAt    int         // offset of the first element with xsi:type, or -1
	parts      senderParts
	ids        []identifier // of all elements
	rootID     []byte       // the last, for there may be one alone
	rootHasID  bool
	sum        [64]byte // digest of the document
	signed     []byte   // value of a signature that was made
}

// senderParts is the content of a sender's ds:Signature.
type senderParts struct {
	info         []byte // canonical form of SignedInfo
	prefix       []byte // of its names, with its colon
	value        []byte
	certificates [][]byte // DER of all in KeyInfo, in its order
}

func (r *senderReader) reset(tree *strict.Tree, infoMethod c14n.Method) {
	r.begin(tree.Bytes())
	r.code, r.blanks = CodeShape, true
	r.tree, r.infoMethod = tree, infoMethod
	r.dsig = int32(slices.Index(tree.Spaces(), dsigSpace)) //nolint:gosec // bounded by the size
	r.found, r.objection, r.typedAt = strict.Node{}, nil, -1
	r.parts = senderParts{certificates: r.parts.certificates[:0]}
	r.ids, r.rootHasID = r.ids[:0], false
}

// examine reads the start of every element once, and takes the signature apart.
func (r *senderReader) examine() error {
	for i := int32(1); int(i) <= r.tree.Len(); i++ {
		n := r.tree.Element(i)
		r.attributes(n)
		if n.SpaceNumber() != r.dsig {
			if r.found.Exists() && n.Parent() == r.found.Parent() {
				return r.refuseAt(n, CodePlace, "an element follows the signature, which must be the last of its parent")
			}
			continue
		}
		if err := r.element(n); err != nil {
			return err
		}
		for int(i) < r.tree.Len() && r.tree.Element(i+1).Start() < n.End() {
			i++
		}
	}
	if at := r.tree.Comment(); at >= 0 {
		r.objectTo(CodeComment, "a comment in a signed document", at)
	}
	if err := r.content.Reset(r.tree, r.found); err != nil {
		return refusal(CodeMethod, err.Error())
	}
	return nil
}

// element reads an element of XML Signature, which must be the one signature, to its
// end.
func (r *senderReader) element(n strict.Node) error {
	if n.Local() != "Signature" {
		return r.refuseAt(n, CodeShape, "an element of XML Signature outside of a signature")
	}
	if r.found.Exists() {
		return r.refuseAt(n, CodeSecond, "more than one signature")
	}
	if !isInPlace(n) {
		return r.refuseAt(n, CodePlace, "the signature must be the last child of the root, or be where UBL keeps it")
	}
	r.found = n
	r.scanner.ResetAt(n)
	if err := r.next(); err != nil {
		return err
	}
	return r.signature()
}

// refuseAt returns a refusal at an element.
func (r *senderReader) refuseAt(n strict.Node, code, reason string) error {
	return refusal(code, reason).at(r.bytes, n.Start())
}

// objectTo notes what a document may have, but not one that is signed. The first in
// the document counts.
func (r *senderReader) objectTo(code, reason string, at int) {
	if r.objection == nil || at < r.objectedAt {
		r.objection, r.objectedAt = refusal(code, reason).at(r.bytes, at), at
	}
}

// attributes looks for identifiers, and for the first xsi:type.
func (r *senderReader) attributes(n strict.Node) {
	all := n.Attributes()
	r.identifiers(all, n.Start(), n.Number() == 1)
	for i := range all {
		a := &all[i]
		if r.typedAt < 0 && a.HasPrefix() && string(r.bytes[a.Local:a.End]) == "type" && r.tree.Space(*a) == instanceSpace {
			r.typedAt = n.Start()
		}
	}
}

// objectionIn returns what there is to object to in a document that is signed in a
// canonical form, or nil. Exclusive form does not cover the namespace of the prefix in the
// value of xsi:type (Exclusive XML Canonicalization 1.0 §1.3).
func (r *senderReader) objectionIn(method c14n.Method) *Refusal {
	if method == c14n.Exclusive && r.typedAt >= 0 && (r.objection == nil || r.typedAt < r.objectedAt) {
		return refusal(CodeType, "exclusive canonical form does not cover the prefix in xsi:type").at(r.bytes, r.typedAt)
	}
	if r.objection == nil {
		r.objectToTwins()
	}
	return r.objection
}

// digest returns the digest of the canonical form of all but the signature.
func (r *senderReader) digest(f *senderForm) []byte {
	h := f.digest.take()
	defer f.digest.give(h)
	_ = r.content.Write(h, f.method) // a hash never fails
	return h.Sum(r.sum[:0])
}

// signature takes apart a ds:Signature whose start tag was read: SignedInfo,
// SignatureValue, at most one KeyInfo.
func (r *senderReader) signature() (err error) {
	if err := r.onlyID(); err != nil {
		return err
	}
	if err := r.signedInfo(); err != nil {
		return err
	}
	if err := r.enter(dsigSpace, "SignatureValue"); err != nil {
		return err
	}
	r.own()
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
	r.infoWriter.Reset(&r.info, r.infoMethod)
	r.inherit(r.found.Parent())
	r.tap = &r.infoWriter
	if err := r.enter(dsigSpace, "SignedInfo"); err != nil {
		return err
	}
	n := r.scanner.Name()
	r.parts.prefix = r.bytes[n.Start:n.Local]
	r.own()
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

// inherit passes on, from the outside inwards, the attributes such as xml:lang of an
// element and all around it. Inclusive form gives them to SignedInfo.
func (r *senderReader) inherit(n strict.Node) {
	if !n.Exists() {
		return
	}
	r.inherit(n.Parent())
	for _, a := range n.Attributes() {
		if a.IsXML() {
			r.infoWriter.Inherit(r.bytes[a.Local:a.End], r.bytes[a.ValueStart:a.ValueEnd])
		}
	}
}

// own notes the identifiers of an element of the signature, whose start tag was read
// last.
func (r *senderReader) own() {
	start, _ := r.scanner.Span()
	r.identifiers(r.scanner.Attributes(), start, false)
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
			r.own()
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
	r.tree, r.found = nil, strict.Node{}
	_ = r.content.Reset(nil, strict.Node{}) // no tree has no namespaces
	clear(r.parts.certificates[:cap(r.parts.certificates)])
	r.parts = senderParts{certificates: r.parts.certificates[:0]}
	if clear(r.ids[:cap(r.ids)]); cap(r.ids) > manyIDs {
		r.ids = nil
	}
	senders.Put(r)
}
