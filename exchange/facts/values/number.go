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
	if strings.Trim(fraction, "0") == "" && len(whole) > 0 && len(whole) <= 18 {
		n, err := strconv.ParseInt(whole, 10, 64) // most figures are whole, and this is quicker
		if text[0] == '-' {
			n = -n
		}
		return new(big.Rat).SetInt64(n), err == nil
	}
	return new(big.Rat).SetString(text)
}

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
