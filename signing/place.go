package signing

import (
	"bytes"
	"slices"

	"beibu/signing/strict"
)

// Namespaces in which UBL keeps a signature (UBL 2.4 §6.4): the one way to sign
// such a document without making it invalid.
const (
	ublExtensionSpace = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
	ublSignatureSpace = "urn:oasis:names:specification:ubl:schema:xsd:CommonSignatureComponents-2"
	ublAggregateSpace = "urn:oasis:names:specification:ubl:schema:xsd:SignatureAggregateComponents-2"
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

// A place is where a signature goes, between what opens and what closes it.
type place struct {
	at, from      int    // the document up to at is before it, from from on after it
	before, after string // what opens and closes it
	name          []byte // of the root, if after it its end tag has to be written
}

// place finds the place for a signature. For what is no document, or holds
// comments, it may be anywhere: who reads the draft will see.
func (r *senderReader) place(document []byte) place {
	if p, isUBL := r.placeInUBL(document); isUBL {
		return p
	}
	last := bytes.LastIndexByte(document, '<')
	if last < 0 {
		return place{}
	}
	tag := bytes.TrimRight(document[last:], " \t\r\n")
	if !bytes.HasSuffix(tag, []byte("/>")) {
		return place{at: last, from: last}
	}
	// The root is an empty-element tag: it becomes a pair.
	name := tag[1 : len(tag)-len("/>")]
	if end := bytes.IndexAny(name, " \t\r\n"); end >= 0 {
		name = name[:end]
	}
	slash := last + len(tag) - len("/>")
	return place{at: slash, before: ">", after: "</", name: name, from: slash + len("/>")}
}

// isUBL reports whether a namespace is that of a UBL document type.
func isUBL[T string | []byte](space T) bool {
	return len(space) > len(ublRootSpace) && string(space[:len(ublRootSpace)]) == ublRootSpace
}

// placeInUBL finds the place for a signature in a UBL document: in its
// extensions, which come first. It returns false for other documents, and for
// one with nothing in it.
func (r *senderReader) placeInUBL(document []byte) (place, bool) {
	r.start(document, strict.Limits{})
	offset := 0 // after the start tag of the root
	for r.scanner.Next() {
		if r.scanner.Kind() == strict.EndElement {
			break
		}
		if r.scanner.Kind() != strict.StartElement {
			continue
		}
		_, end := r.scanner.Span()
		empty := document[end-2] == '/'
		if r.scanner.Depth() > 1 {
			if r.isStart(ublExtensionSpace, "UBLExtensions") && !empty {
				return place{at: end, from: end, before: ublOpen, after: ublClose}, true
			}
			break
		}
		if empty || !isUBL(r.scanner.Space(r.scanner.Name().Space)) {
			return place{}, false
		}
		offset = end
	}
	return place{at: offset, from: offset, before: extensionsOpen + ublOpen, after: ublClose + extensionsClose}, offset > 0
}

// isInPlace reports whether a signature is a child of the root, or in the extensions
// of a UBL document, which come first there. That it is the last of its parent is
// seen elsewhere.
func isInPlace(signature strict.Node) bool {
	path := [...]struct{ space, local string }{
		{ublExtensionSpace, "UBLExtensions"},
		{ublExtensionSpace, "UBLExtension"},
		{ublExtensionSpace, "ExtensionContent"},
		{ublSignatureSpace, "UBLDocumentSignatures"},
		{ublAggregateSpace, "SignatureInformation"},
	}
	steps := 0 // elements between the root and the signature
	for n := signature.Parent(); n.Parent().Exists(); n = n.Parent() {
		steps++
	}
	if steps == 0 {
		return signature.Parent().Exists()
	}
	if steps != 3 && steps != len(path) {
		return false
	}
	top, n := strict.Node{}, signature.Parent()
	for _, step := range slices.Backward(path[:steps]) {
		if n.Local() != step.local || n.Space() != step.space {
			return false
		}
		top, n = n, n.Parent()
	}
	return n.FirstChild() == top && isUBL(n.Space())
}
