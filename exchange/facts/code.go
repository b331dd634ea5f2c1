package facts

import (
	"unicode"

	"beibu/exchange/facts/codes"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// An Unread value is at the path of a code, a number or a day and is none.
type Unread struct {
	Key  paths.Key
	At   strict.Node
	Text string
	// Meant, of a code that routes need, says that nothing but a code can be meant: the scheme says so, or the
	// text is one but for characters that are not seen.
	Meant bool
}

// Port reports whether a port was looked for, not a country.
func (u Unread) Port() bool {
	return u.Key == paths.ExportPort || u.Key == paths.ImportPort || u.Key == paths.TransitPort
}

// A form is what a code looks like.
type form struct {
	length int // in bytes
	is     func(code string) bool
}

// The forms of what is looked for.
var (
	country = form{2, codes.Country}      // ISO 3166-1 alpha-2
	locode  = form{5, codes.LocationCode} // UN/LOCODE, Recommendation 16
)

// meant reports whether a text that is no code was meant as one.
func (f form) meant(at strict.Node, text string) bool {
	if at.Attr("schemeID") != "" || at.Attr("schemeName") != "" {
		return true // paths pass over identifiers of other schemes
	}
	var bare []rune
	latin, alike := 0, 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Cyrillic, unicode.Greek) || fullWidth(r):
			alike++
		case r < unicode.MaxASCII && unicode.IsLetter(r):
			latin++
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			bare = append(bare, unicode.ToUpper(r))
		}
	}
	return f.is(string(bare)) || len(bare) == f.length && alike > 0 && (latin > 0 || fullWidth(bare[0]))
}

// fullWidth reports whether a character is a letter or digit of ASCII as wide as a
// Chinese one.
func fullWidth(r rune) bool { return '\uff10' <= r && r <= '\uff5a' }
