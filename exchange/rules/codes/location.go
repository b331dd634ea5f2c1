package codes

import "strings"

// A Place is an entry of UN/LOCODE.
type Place struct {
	Code      string // five letters or digits, such as CNQZH
	Name      string // without diacritics
	Country   string // ISO 3166-1 alpha-2
	Functions string // eight places: 1 port, 2 rail, 3 road, 4 airport, 5 post, 6 inland depot, 7 fixed, B border
}

// Port tells whether the place is listed as a port, sea or inland.
func (p Place) Port() bool { return strings.HasPrefix(p.Functions, "1") }

// Airport tells whether the place is listed as an airport.
func (p Place) Airport() bool { return strings.Contains(p.Functions, "4") }

// Covered tells whether the places of a country are listed at all, so that an
// unknown code of another country is not held against a document.
func Covered(country string) bool {
	switch country {
	case "BN", "CN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN":
		return true
	}
	return false
}

// LocationCode tells whether code has the shape of a UN/LOCODE: a country and
// three letters or digits from 2 to 9 (UN/ECE Recommendation 16).
func LocationCode(code string) bool {
	if len(code) != 5 || !Country(code[:2]) {
		return false
	}
	return strings.Trim(code[2:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789") == ""
}
