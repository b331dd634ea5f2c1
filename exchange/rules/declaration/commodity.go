package declaration

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// commodity returns the element that holds the commodity code of a goods item,
// or none: a code that says that it is of the Harmonized System before any
// that does not say of which list it is, and a classification before the
// commodity code and the customs' own number.
func commodity(item strict.Node) strict.Node {
	return rules.HS(item,
		"Item/CommodityClassification/ItemClassificationCode", "Item/CommodityClassification/CommodityCode", "RequiredCustomsID")
}

// isDigits tells whether a code consists of n decimal digits.
func isDigits(code string, n int) bool {
	return len(code) == n && strings.Trim(code, "0123456789") == ""
}

// prefix returns the first n digits of an HS code, or all of a shorter one.
func prefix(code strict.Node, n int) string {
	digits := rules.HSDigits(code)
	return digits[:min(n, len(digits))]
}

// isPlant tells whether a commodity code is of live plants, vegetables, fruit
// or cereals: chapters 06, 07, 08 and 10 of the Harmonised System.
func isPlant(code strict.Node) bool {
	switch prefix(code, 2) {
	case "06", "07", "08", "10":
		return len(rules.HSDigits(code)) >= 6
	}
	return false
}
