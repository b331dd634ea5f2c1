package declaration

import (
	"math/big"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// kilograms reads a mass. It reports false where there is none, or where its
// unit is not one of grams, kilograms and tonnes (UN/ECE Recommendation 20).
func kilograms(measure strict.Node) (*big.Rat, bool) {
	mass, ok := rules.Number(measure)
	if !ok {
		return nil, false
	}
	switch measure.Attr("unitCode") {
	case "KGM":
		return mass, true
	case "TNE":
		return mass.Mul(mass, big.NewRat(1000, 1)), true
	case "GRM":
		return mass.Quo(mass, big.NewRat(1000, 1)), true
	}
	return nil, false
}
