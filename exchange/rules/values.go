package rules

import (
	"math/big"
	"strconv"
	"strings"
	"time"

	"beibu/signing/strict"
)

// numberLimit bounds the characters of a number, so that exact arithmetic on
// a stranger's figures stays cheap.
const numberLimit = 64

// Date reads the calendar day that an element holds, as midnight UTC. It
// understands xs:date and xs:dateTime (the day as written: a zone says where
// the day was counted and does not move it) and the UN/CEFACT DateTimeString
// forms 102 (CCYYMMDD), 203 (CCYYMMDDHHMM), 204 (CCYYMMDDHHMMSS) and 205
// (CCYYMMDDHHMM and zone). It reports false where the element is not there or
// holds something else.
func Date(n strict.Node) (time.Time, bool) {
	text := n.Text()
	if len(text) < 8 || len(text) > 40 {
		return time.Time{}, false
	}
	layout, size := "2006-01-02", 10
	if text[4] != '-' {
		layout, size = "20060102", 8
	}
	if len(text) < size || !afterDay(text[size:], size == 8) {
		return time.Time{}, false
	}
	day, err := time.Parse(layout, text[:size])
	return day, err == nil
}

// afterDay tells whether what follows the day is nothing, a time of day or a
// zone, by its shape. The schema has judged the figures.
func afterDay(rest string, compact bool) bool {
	if rest == "" {
		return true
	}
	if compact {
		return strings.Trim(rest, "0123456789+-") == ""
	}
	if first := rest[0]; first != 'T' && first != 'Z' && first != '+' && first != '-' {
		return false
	}
	return strings.Trim(rest[1:], "0123456789:.+-Z") == ""
}

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

// Days returns how many days b is after a, both midnight UTC; it is negative
// where b is before. A time.Duration would not do: it ends at 292 years.
func Days(a, b time.Time) int {
	return int((b.Unix() - a.Unix()) / (24 * 60 * 60))
}

// AddMonths returns the day that many calendar months later. Where that month
// has no such day, it is the last day of the month: 31 August and six months
// is 28 or 29 February, never March.
func AddMonths(day time.Time, months int) time.Time {
	first := time.Date(day.Year(), day.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
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
