package lookup

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Role says what a value is to a document. It is also the name of the filter.
type Role string

// The roles.
const (
	HS                Role = "hs"                // code of goods, or the beginning of one
	Vehicle           Role = "vehicle"           // plate of a truck, number of a train or flight, name or number of a vessel
	Container         Role = "container"         // number of a container
	TransportDocument Role = "transportDocument" // number of a bill of lading, waybill or consignment note
	Carnet            Role = "carnet"            // number of an ATA carnet, the document's own or cited
	Licence           Role = "licence"           // number of an import or export licence, the same
	Holder            Role = "holder"            // digest of the name of the holder of a carnet or licence
)

// Roles returns all roles.
func Roles() []Role {
	return []Role{HS, Vehicle, Container, TransportDocument, Carnet, Licence, Holder}
}

// A Term is a value in a role, in the form in which documents are filed under it.
type Term struct {
	Role  Role
	Value string
}

// TermOf returns the term for what a person has written. Its value is "" if nothing
// can be filed under the text.
func TermOf(role Role, text string) Term {
	if len(text) > longest {
		return Term{Role: role}
	}
	switch role {
	case HS:
		return Term{role, prefix(text)}
	case Vehicle, Container:
		return Term{role, carrier(text)}
	case Holder:
		return Term{role, digest(text)}
	case TransportDocument, Carnet, Licence:
	}
	return Term{role, number(text)}
}

// Shown returns what a person searched for as an answer or a file may repeat it: the value
// of the term, or the first character of the name of a holder.
func Shown(role Role, text string) string {
	if role != Holder {
		return TermOf(role, text).Value
	}
	for _, first := range carrier(text) {
		return string(first) + "***"
	}
	return ""
}

// longest bounds the bytes of a text that is filed.
const longest = 256

// carrier returns the form of a plate or of a number on a container: letters, digits and
// their marks alone, since 14C-287.55, 14C 28755 and 桂F·83127 are read aloud without
// the rest.
func carrier(text string) string {
	return fold(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) })
}

// Folded returns the letters and digits of a name, in capitals, by which two ways to write it
// are the same.
func Folded(name string) string { return carrier(name) }

// number returns the form of the number of a document: without blanks, hyphens and
// characters that cannot be seen. Other signs distinguish numbers.
func number(text string) string {
	return fold(text, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Pd, unicode.Cf) && r != '\u2212'
	})
}

// fold returns those characters of a text that are kept, in capitals and composed.
// Compatible characters are the same, such as the wide ones of Chinese keyboards.
func fold(text string, keep func(rune) bool) string {
	var b strings.Builder
	b.Grow(len(text))
	// Behind bytes that are no UTF-8, normalisation leaves some characters as they are.
	for _, r := range norm.NFKC.String(strings.ToValidUTF8(text, "")) {
		if r = unicode.ToUpper(r); r != utf8.RuneError && keep(r) {
			b.WriteRune(r)
		}
	}
	return norm.NFKC.String(b.String())
}

// digest returns the key of a name: 16 bytes of its SHA-256, or "" for no name. Letters
// and digits alone count, since Co., Ltd. is written in many ways.
func digest(name string) string {
	name = carrier(name)
	if name == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("holder " + name))
	return hex.EncodeToString(sum[:16])
}

// prefixes are the lengths of the beginnings of a code that it is found by: a chapter, a
// heading, a subheading. The digits from the eighth on are of a country's own list.
var prefixes = []int{2, 4, 6}

// longestHS is how many digits of a code are filed: national lists have 8 to 10, and what
// is behind them counts goods for statistics.
const longestHS = 10

// Prefixes returns the beginnings under which a code is filed, and the code itself.
func Prefixes(code string) []string {
	all := make([]string, 0, len(prefixes)+1)
	for _, n := range prefixes {
		if len(code) > n {
			all = append(all, code[:n])
		}
	}
	return append(all, code)
}

// prefix returns the digits of a code to search for, or "" if it is none: of 2, 4, 6 or
// 8 to 10 digits, with or without dots and blanks.
func prefix(text string) string {
	digits := strings.Map(func(r rune) rune {
		if r == '.' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
	other := strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	if other || !slices.Contains(prefixes, len(digits)) && (len(digits) < 8 || len(digits) > longestHS) {
		return ""
	}
	return digits
}
