package declaration

import (
	"slices"
	"strings"

	"beibu/signing/strict"
)

// Documents by the code under which a declaration cites them: UNCL 1001, and
// the one character codes of the Chinese declaration. UNCL 1001 has codes of
// one digit too, for other documents; see isChinese.
func importLicences() []string { return []string{"911", "1", "2", "7", "O", "v"} }

func exportLicences() []string { return []string{"811", "3", "4", "G", "x", "y"} }

func plantCertificates() []string { return []string{"851", "657"} }

// cites tells whether the declaration as a whole, or a goods item in it, names
// a document of one of the types.
func cites(n strict.Node, types []string) bool {
	for code := range n.All("AdditionalDocumentReference/DocumentTypeCode") {
		text := code.Text()
		if slices.Contains(types, text) && (len(text) > 1 || isChinese(code)) {
			return true
		}
	}
	return false
}

// isChinese tells whether a code may be of the Chinese declaration: it does not
// say that it is of list 1001.
func isChinese(code strict.Node) bool { return !strings.Contains(code.Attr("listID"), "1001") }
