package rules

import (
	"math/big"
	"strconv"
	"strings"

	"beibu/signing/strict"
)

// numberLimit bounds the characters of a number, so that exact arithmetic on
// a stranger's figures stays cheap.
const numberLimit = 64

// Number reads the exact value of an xs:decimal of at most 64 characters. It
// reports false where the element is not there or holds something else;
// exponents, INF and NaN are not decimals (XML Schema Part 2, 3.2.3).
func Number(n strict.Node) (*big.Rat, bool) {
	text := n.Text()
	if text == "" || len(text) > numberLimit {
		return nil, false
	}
	digits := text
	if digits[0] == '-' || digits[0] == '+' {
		digits = digits[1:]
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return nil, false
	}
	if strings.Trim(fraction, "0") == "" && len(whole) > 0 && len(whole) <= 18 {
		n, err := strconv.ParseInt(whole, 10, 64) // most figures are whole, and this is quicker
		if text[0] == '-' {
			n = -n
		}
		return new(big.Rat).SetInt64(n), err == nil
	}
	return new(big.Rat).SetString(text)
}

// IsTrue tells whether an element holds the xs:boolean true, which is also
// written 1 (XML Schema Part 2, 3.2.2). White space around it does not count.
func IsTrue(n strict.Node) bool {
	text := n.Text()
	return text == "true" || text == "1"
}

// Decimal writes a number for people: without trailing zeros, and with at
// most six decimal places.
func Decimal(r *big.Rat) string {
	text := r.FloatString(6)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// IsProduct tells whether value is quantity times price within rounding: a
// price may be off by half of its last decimal place (at least two places
// count), and a value by one hundredth.
func IsProduct(value, quantity, price *big.Rat, priceAt strict.Node) bool {
	_, decimals, _ := strings.Cut(priceAt.Text(), ".")
	places := max(2, min(len(decimals), 18))
	half := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	allowed := new(big.Rat).SetFrac(big.NewInt(1), half.Mul(half, big.NewInt(2)))
	allowed.Mul(allowed, quantity)
	allowed.Add(allowed, big.NewRat(1, 100))
	off := new(big.Rat).Mul(quantity, price)
	off.Sub(off, value)
	return off.Abs(off).Cmp(allowed.Abs(allowed)) <= 0
}
