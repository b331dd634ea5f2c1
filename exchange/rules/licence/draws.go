package licence

import (
	"math/big"
	"strconv"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// permittedUses returns on how many declarations a licence may be used: one,
// where it does not say (one licence, one consignment).
func permittedUses(licence strict.Node) int {
	n, err := strconv.Atoi(licence.Find("PermittedUseQuantity").Text())
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// uses returns the first draw of each declaration that drew on a licence, in
// document order: a licence is used once by a declaration, whatever the number
// of its lines.
func uses(licence strict.Node) []strict.Node {
	var first []strict.Node
	seen := make(map[string]bool)
	for draw := range licence.All("GoodsItem/WriteOff") {
		id := draw.Find("DeclarationID").Text()
		if !seen[id] {
			seen[id] = true
			first = append(first, draw)
		}
	}
	return first
}

// overage returns by what factor the last draw may exceed what remains: 1
// where the licence allows none.
func overage(licence strict.Node) *big.Rat {
	factor := big.NewRat(1, 1)
	if percent, ok := rules.Number(licence.Find("PermittedOveragePercent")); ok {
		factor.Add(factor, percent.Quo(percent, big.NewRat(100, 1)))
	}
	return factor
}

// drawDown follows a line from the licensed quantity to what its draws leave,
// never below zero, and shows each draw with what stood before it. It reports
// false, and stops, where a quantity cannot be read or has another unit than
// the line: that is LIC-11's and LIC-16's matter.
func drawDown(line strict.Node, show func(draw strict.Node, before, drawn *big.Rat)) (*big.Rat, bool) {
	licensed := line.Find("Quantity")
	left, ok := rules.Number(licensed)
	if !ok {
		return nil, false
	}
	for draw := range line.All("WriteOff") {
		quantity := draw.Find("Quantity")
		drawn, ok := rules.Number(quantity)
		if !ok || quantity.Attr("unitCode") != licensed.Attr("unitCode") {
			return nil, false
		}
		show(draw, left, drawn)
		left = less(left, drawn)
	}
	return left, true
}

// less returns a - b, or zero where b is more.
func less(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) <= 0 {
		return new(big.Rat)
	}
	return new(big.Rat).Sub(a, b)
}
