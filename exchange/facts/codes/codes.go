// Package codes contains the code lists by which codes in documents are recognised, as
// data embedded with its source, release and date (the first line of every file in
// lists), and the national company numbers that carry a check character.
//
// The lists: ISO 3166-1 alpha-2 (Debian iso-codes 4.15.0, 2023-04), ISO 4217,
// UN/ECE Recommendations 20 and 21 (by the EN 16931 code lists 1.3.16,
// 2026-03-30), Recommendation 19 (UBL 2.4, 2024-06-20), a part of UNCL 1001
// (directory D.18B), and UN/LOCODE 2024-1 for Guangxi, the main ports and
// airports of China, and the ASEAN states. All were read on 2026-11-24.
//
// Codes are matched as they are written: upper case, without spaces. Every
// function is a lookup in a map that is made at first use, and is safe for
// concurrent use.
package codes

import (
	_ "embed" // the lists
	"strings"
	"sync"
)

var (
	//go:embed lists/countries.txt
	countryList string
	//go:embed lists/currencies.csv
	currencyList string
	//go:embed lists/units.txt
	unitList string
	//go:embed lists/packages.txt
	packageList string
	//go:embed lists/modes.csv
	modeList string
	//go:embed lists/documents.csv
	documentList string
	//go:embed lists/locations.csv
	locationList string
)

var (
	countries  = sync.OnceValue(func() map[string]bool { return words(countryList) })
	currencies = sync.OnceValue(func() map[string]string { return pairs(currencyList) })
	units      = sync.OnceValue(func() map[string]bool { return words(unitList) })
	packages   = sync.OnceValue(func() map[string]bool { return words(packageList) })
	modes      = sync.OnceValue(func() map[string]string { return pairs(modeList) })
	documents  = sync.OnceValue(func() map[string]string { return pairs(documentList) })
	locations  = sync.OnceValue(func() map[string]Place { return places(locationList) })
)

// Country reports whether code is an ISO 3166-1 alpha-2 country code.
func Country(code string) bool { return countries()[code] }

// Currency reports whether code is an active ISO 4217 currency or fund code, and
// how many digits its minor unit has: 2 for CNY, 0 for VND. Precious metals and
// other units without a minor unit have -1.
func Currency(code string) (minorDigits int, ok bool) {
	minor, ok := currencies()[code]
	if !ok || minor == "-" {
		return -1, ok
	}
	return int(minor[0] - '0'), true
}

// Unit reports whether code is a common code of UN/ECE Recommendation 20, or a
// package code of Recommendation 21 behind an X, by which Recommendation 20
// lets packages be counted (XBX: box).
func Unit(code string) bool {
	return units()[code] || len(code) == 3 && code[0] == 'X' && packages()[code[1:]]
}

// Package reports whether code is a package code of UN/ECE Recommendation 21.
func Package(code string) bool { return packages()[code] }

// TransportMode reports whether code is a mode of UN/ECE Recommendation 19.
func TransportMode(code string) bool {
	_, ok := modes()[code]
	return ok
}

// DocumentType returns the name of a document code of UN/EDIFACT data element
// 1001, for those of this trade.
func DocumentType(code string) (name string, ok bool) {
	name, ok = documents()[code]
	return name, ok
}

// Location returns a place of UN/LOCODE. The list covers China (all of Guangxi's
// ports and border points, elsewhere the main ports and airports), the ASEAN
// states and Timor-Leste; see Covered for what an unknown code means.
func Location(code string) (Place, bool) {
	p, ok := locations()[code]
	return p, ok
}

// A Place is an entry of UN/LOCODE.
type Place struct {
	Code      string // five letters or digits, such as CNQZH
	Name      string // without diacritics
	Country   string // ISO 3166-1 alpha-2
	Functions string // eight places: 1 port, 2 rail, 3 road, 4 airport, 5 post, 6 inland depot, 7 fixed, B border
}

// Port reports whether the place is listed as a port, sea or inland.
func (p Place) Port() bool { return strings.HasPrefix(p.Functions, "1") }

// Airport reports whether the place is listed as an airport.
func (p Place) Airport() bool { return strings.Contains(p.Functions, "4") }

// Covered reports whether the places of a country are listed at all, so that an
// unknown code of another country is not held against a document.
func Covered(country string) bool {
	switch country {
	case "BN", "CN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN":
		return true
	}
	return false
}

// LocationCode reports whether code has the shape of a UN/LOCODE: a country and
// three letters or digits from 2 to 9 (UN/ECE Recommendation 16).
func LocationCode(code string) bool {
	if len(code) != 5 || !Country(code[:2]) {
		return false
	}
	return strings.Trim(code[2:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789") == ""
}
