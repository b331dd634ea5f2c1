package schemas

import (
	"strings"

	"beibu/signing/strict"
)

// A head is what the beginning of a document says about its kind.
type head struct {
	space, local  string // of the document element
	at            int    // offset of its start tag; of the end if there is none
	customization string // cbc:CustomizationID, if the root's children begin as a UBL document's do
}

const basicComponents = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

// identify reads the head of a document, which may have a fault behind it. Of a UBL
// document it reads what comes before its own elements: extensions, UBLVersionID and
// CustomizationID, in this order (UBL 2.4, 3.1).
func identify(tree *strict.Tree) head {
	n := tree.Root()
	if !n.Exists() {
		return head{at: len(tree.Bytes())}
	}
	h := head{space: n.Space(), local: n.Local(), at: n.Start()}
	if strings.HasPrefix(h.space, ublSpace) {
		h.customization = customization(n)
	}
	return h
}

const ublSpace = "urn:oasis:names:specification:ubl:schema:xsd:"

// customization returns the text of cbc:CustomizationID among the first
// children of the root, or "".
func customization(root strict.Node) string {
	for child := root.FirstChild(); child.Exists(); child = child.Next() {
		switch child.Local() {
		case "UBLExtensions", "UBLVersionID":
		case "CustomizationID":
			if child.Space() == basicComponents {
				return child.Text()
			}
			return ""
		default:
			return ""
		}
	}
	return ""
}
