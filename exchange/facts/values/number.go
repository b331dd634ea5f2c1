package values

import (
	"math/big"
	"strconv"
	"strings"

	"beibu/signing/strict"
)

// NumberLimit limits the characters of a number, so that exact arithmetic on the
// figures of any sender stays cheap.
const NumberLimit = 64

// Number reads the exact value of an xs:decimal of at most 64 characters. It
// reports false if the element does not exist or holds something else; exponents,
// INF and NaN are not decimals (XML Schema Part 2, 3.2.3).
func Number(n strict.Node) (*big.Rat, bool) { return NumberOf(n.Text()) }

// NumberOf is [Number] for the value of an attribute.
func NumberOf(text string) (*big.Rat, bool) {
	if text == "" || len(text) > NumberLimit {
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
	fraction = strings.TrimRight(fraction, "0")
	if len(whole)+len(fraction) > 18 {
		return new(big.Rat).SetString(text)
	}
	n, err := strconv.ParseInt("0"+whole+fraction, 10, 64) // most figures are short, and this is quicker
	if text[0] == '-' {
		n = -n
	}
	if fraction == "" {
		return new(big.Rat).SetInt64(n), err == nil
	}
	return big.NewRat(n, tens[len(fraction)]), err == nil
}

// tens are the powers of ten up to that of 18 digits.
var tens = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// IsTrue reports whether an element holds the xs:boolean true, which is also
// written 1 (XML Schema Part 2, 3.2.2). White space around it does not count.
func IsTrue(n strict.Node) bool {
	text := n.Text()
	return text == "true" || text == "1"
}

// Exceeds reports whether a measure is greater than another one, and returns the
// values of both. Measures with different units (unitCode) are not compared.
func Exceeds(measure, limit strict.Node) (value, most *big.Rat, over bool) {
	value, ok := Number(measure)
	most, hasMost := Number(limit)
	over = ok && hasMost && measure.Attr("unitCode") == limit.Attr("unitCode") && value.Cmp(most) > 0
	return value, most, over
}

// Decimal writes a number for people: without trailing zeros, and with at
// most six decimal places.
func Decimal(r *big.Rat) string {
	text := r.FloatString(6)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
