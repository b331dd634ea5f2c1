// Package codes holds the code lists that the rules look things up in, as data
// embedded with its source, release and date (the first line of every file in
// lists), and the national company numbers that carry a check character.
//
// The lists: ISO 3166-1 alpha-2 (Debian iso-codes 4.15.0, 2023-04), ISO 4217,
// UN/ECE Recommendations 20 and 21 (by the EN 16931 code lists 1.3.16,
// 2026-03-30), Recommendation 19 (UBL 2.4, 2024-06-20), a part of UNCL 1001
// (directory D.18B), and UN/LOCODE 2024-1 for Guangxi, the main ports and
// airports of China, and the ASEAN states. All were read on 2026-11-24.
//
// Codes are matched as written: upper case, without spaces. Every function is
// a lookup in a map made at first use, safe for concurrent use.
package codes

import (
	_ "embed" // the lists
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

// Country tells whether code is an ISO 3166-1 alpha-2 country code.
func Country(code string) bool { return countries()[code] }

// Currency tells whether code is an active ISO 4217 currency or fund code, and
// how many digits its minor unit has: 2 for CNY, 0 for VND. Precious metals and
// other units without a minor unit have -1.
func Currency(code string) (minorDigits int, ok bool) {
	minor, ok := currencies()[code]
	if !ok || minor == "-" {
		return -1, ok
	}
	return int(minor[0] - '0'), true
}

// Unit tells whether code is a common code of UN/ECE Recommendation 20, or a
// package code of Recommendation 21 behind an X, by which Recommendation 20
// lets packages be counted (XBX: box).
func Unit(code string) bool {
	return units()[code] || len(code) == 3 && code[0] == 'X' && packages()[code[1:]]
}

// Package tells whether code is a package code of UN/ECE Recommendation 21.
func Package(code string) bool { return packages()[code] }

// TransportMode tells whether code is a mode of UN/ECE Recommendation 19.
func TransportMode(code string) bool {
	_, ok := modes()[code]
	return ok
}

// DocumentType returns the name of a document code of UN/EDIFACT data element
// 1001, of those that are met in this trade.
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
