package values

import (
	"slices"
	"strings"
	"unicode"

	"beibu/signing/strict"
)

// Is reports whether a list, a scheme or a media type that a document names is
// one of names. Case and white space around it make no difference: systems
// write "USCC", "uscc" and "USCC " for the same scheme.
func Is(named string, names ...string) bool {
	if named == "" { // most elements name nothing, and every rule asks
		return false
	}
	named = strings.TrimSpace(named)
	for _, name := range names {
		if strings.EqualFold(named, name) {
			return true
		}
	}
	return false
}

// Scheme returns the scheme that an identifier says it is from, or the list of
// a code, without white space around it; "" if it does not say.
func Scheme(n strict.Node) string {
	for _, name := range [...]string{"schemeID", "listID", "schemeName", "listName"} {
		if scheme := strings.TrimSpace(n.Attr(name)); scheme != "" {
			return scheme
		}
	}
	return ""
}

// IsHS reports whether an element holds a code of the Harmonized System: it says
// so, or does not say from which list its code is. The codes of other lists,
// such as CPV and UNSPSC, are no HS codes though they look alike.
func IsHS(code strict.Node) bool {
	named, isHS := saysHS(code)
	return isHS || !named
}

// SaysHS reports whether an element holds a code of the Harmonized System and
// says so.
func SaysHS(code strict.Node) bool {
	_, isHS := saysHS(code)
	return isHS
}

// saysHS reports whether a code says from which list it is, and whether that is
// the Harmonized System: by its scheme or list, or in an SPS certificate by the
// system of the classification.
func saysHS(code strict.Node) (named, isHS bool) {
	if scheme := Scheme(code); scheme != "" {
		return true, meansHS(scheme)
	}
	if code.Local() != "ClassCode" {
		return false, false
	}
	for _, path := range [...]string{"SystemID", "SystemName"} {
		for system := range code.Parent().All(path) {
			name := system.Text()
			named = named || name != ""
			isHS = isHS || meansHS(name)
		}
	}
	return named, isHS
}

// meansHS reports whether a name is one of the Harmonized System, of an edition
// of it (HS 2022), or of a tariff whose codes begin with it: that of ASEAN, of
// the European Union, of the United States, and of a Chinese declaration.
func meansHS(name string) bool {
	word := strings.TrimPrefix(letters(name), "WCO")
	switch strings.TrimRight(word, "0123456789") {
	case "HS", "HSCODE", "HSN", "HSCLASSIFICATION", "HARMONIZEDSYSTEM", "HARMONISEDSYSTEM", "HARMONIZEDSYSTEMCODE",
		"HARMONISEDSYSTEMCODE", "AHTN", "TARIC", "HTS", "HTSUS", "CODETS", "HS编码", "税则号列", "商品编号":
		return true
	}
	return false
}

// Lists whose names are spelled in many ways; see Names.
const (
	ISO3166 = "ISO3166 ISO31661 ISO31661ALPHA2 ISO31661A2 ISO3166ALPHA2 ISO3166A2"
	ISO4217 = "ISO4217 ISO4217ALPHA ISO42173A"
	Rec19   = "REC19 UNECEREC19 UNECERECOMMENDATION19 UNCL8067"
	Rec20   = "REC20 UNECEREC20 UNECERECOMMENDATION20 UNCL6411"
	Rec21   = "REC21 UNECEREC21 UNECERECOMMENDATION21 UNCL7065"
)

// Names reports whether a list that a document names is one of a list's spellings:
// "ISO3166-1:Alpha2" and "ISO 3166-1 alpha-2" name ISO3166.
func Names(named, spellings string) bool {
	word := letters(named)
	return word != "" && slices.Contains(strings.Fields(spellings), word)
}

// letters returns the letters and digits of a name, in capitals.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, name)
}

// HS returns the element that holds the code of the Harmonized System among
// several, or none. A code that says so comes before one that does not say of
// which list it is.
func HS(codes []strict.Node) strict.Node {
	var first strict.Node
	for _, code := range codes {
		if SaysHS(code) {
			return code
		}
		if !first.Exists() && IsHS(code) {
			first = code
		}
	}
	return first
}

// HSDigits returns an HS code without the dots and blanks between its digits,
// with which it is also written.
func HSDigits(code strict.Node) string { return hsMarks.Replace(code.Text()) }

// HSPrefix returns the first n digits of an HS code, or all of a shorter one: 2
// for its chapter, 4 for its heading, 6 for its subheading.
func HSPrefix(code strict.Node, n int) string {
	digits := HSDigits(code)
	return digits[:min(n, len(digits))]
}

var hsMarks = strings.NewReplacer(".", "", " ", "")
