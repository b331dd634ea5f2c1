package signing

import "beibu/signing/strict"

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

// isUBL tells whether a namespace is that of a UBL document type.
func isUBL(space []byte) bool {
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
