package values

import (
	"math/big"
	"strings"

	"beibu/exchange/facts/codes"
	"beibu/signing/strict"
)

// An Amount is a sum of money or a price as an element states it.
type Amount struct {
	Value    Figure
	Currency string
	digits   int // of the minor unit of the currency (ISO 4217)
	places   int // decimal places that are stated, zeros among them
}

// ReadAmount reads the amount that an element holds; see Number. It has two
// minor digits if its currency is not known, and as many as it states if its
// currency has no minor unit, as gold has none.
func ReadAmount(n strict.Node) (Amount, bool) {
	value, ok := Number(n)
	if !ok {
		return Amount{}, false
	}
	_, decimals, _ := strings.Cut(n.Text(), ".")
	a := Amount{Value: value, Currency: strings.TrimSpace(n.Attr("currencyID")), places: len(decimals)}
	minor, known := codes.Currency(a.Currency)
	switch {
	case !known:
		a.digits = 2
	case minor < 0:
		a.digits = a.places
	default:
		a.digits = minor
	}
	return a, true
}

// IsProduct reports whether a total is quantity times price after rounding to the
// digits of its currency. The total may be off by half a unit of its last digit,
// and by what half a unit of the last stated digit of the price comes to, but
// never by more than one percent.
func IsProduct(total Amount, quantity Figure, price Amount) bool {
	product := quantity.Times(price.Value)
	if total.is(product) {
		return true
	}
	allowed := halfUnit(max(price.places, price.digits)).Times(quantity).Abs()
	return total.isNear(product, allowed.Plus(halfUnit(total.digits)))
}

// IsSum reports whether a total is the sum of as many lines after rounding to the
// digits of its currency. It may be off by half a unit of its last digit for
// each line, since lines are rounded each by itself, but never by more than one
// percent.
func IsSum(total Amount, sum Figure, lines int) bool {
	if total.is(sum) {
		return true
	}
	return total.isNear(sum, halfUnit(total.digits).Times(Whole(int64(lines))))
}

// is reports whether an amount is a value, rounded.
func (a Amount) is(value Figure) bool {
	return a.Value.Cmp(value) == 0 || a.Value.rounded(a.digits).Cmp(value.rounded(a.digits)) == 0
}

// isNear reports whether an amount is off from a value by no more than what is
// allowed and by no more than one percent of the larger of the two.
func (a Amount) isNear(value, allowed Figure) bool {
	percent := value.Abs()
	if stated := a.Value.Abs(); stated.Cmp(percent) > 0 {
		percent = stated
	}
	percent = percent.Times(Figure{digits: 1, places: 2, stated: true})
	off := a.Value.Minus(value).Abs()
	return off.Cmp(allowed) <= 0 && off.Cmp(percent) <= 0
}

// halfUnit returns half a unit of a decimal place.
func halfUnit(places int) Figure {
	if places < mostPlaces {
		return Figure{digits: 5, places: uint8(places + 1), stated: true} //nolint:gosec // it is not negative
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	return long(new(big.Rat).SetFrac(big.NewInt(1), unit.Mul(unit, big.NewInt(2))))
}
