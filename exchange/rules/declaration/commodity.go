package declaration

import (
	"strings"

	"beibu/signing/strict"
)

// commodity returns the element that holds the commodity code of a goods item,
// or none: a classification by the Harmonised System before any other, then
// the commodity code, then the customs' own number.
func commodity(item strict.Node) strict.Node {
	var first strict.Node
	for code := range item.All("Item/CommodityClassification/ItemClassificationCode") {
		if list := code.Attr("listID"); strings.EqualFold(list, "HS") {
			return code
		}
		if !first.Exists() {
			first = code
		}
	}
	for _, path := range []string{"Item/CommodityClassification/CommodityCode", "RequiredCustomsID"} {
		if !first.Exists() {
			first = item.Find(path)
		}
	}
	return first
}

// isDigits tells whether a code consists of n decimal digits.
func isDigits(code string, n int) bool {
	return len(code) == n && strings.Trim(code, "0123456789") == ""
}

// prefix returns the first n bytes of a code, or all of a shorter one.
func prefix(code string, n int) string { return code[:min(n, len(code))] }

// isPlant tells whether a commodity code is of live plants, vegetables, fruit
// or cereals: chapters 06, 07, 08 and 10 of the Harmonised System.
func isPlant(code string) bool {
	switch prefix(code, 2) {
	case "06", "07", "08", "10":
		return len(code) >= 6
	}
	return false
}
