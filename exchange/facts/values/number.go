package values

import (
	"math/big"

	"beibu/signing/strict"
)

// NumberLimit limits the characters of a number, so that exact arithmetic on the
// figures of any sender stays cheap.
const NumberLimit = 64

// Number reads the exact value of an xs:decimal of at most 64 characters. It
// reports false if the element does not exist or holds something else; exponents,
// INF and NaN are not decimals (XML Schema Part 2, 3.2.3).
func Number(n strict.Node) (f Figure, ok bool) {
	n.TextIs(func(text []byte) bool {
		f, ok = read(text)
		return ok
	})
	return f, ok
}

// NumberOf is [Number] for the value of an attribute.
func NumberOf(text string) (Figure, bool) { return read(text) }

// read reads a number from text.
func read[T string | []byte](text T) (Figure, bool) {
	if len(text) == 0 || len(text) > NumberLimit {
		return Figure{}, false
	}
	first, point, digits := 0, len(text), 0
	if text[0] == '-' || text[0] == '+' {
		first = 1
	}
	for i := first; i < len(text); i++ {
		switch c := text[i]; {
		case c == '.' && point == len(text):
			point = i
		case c < '0' || c > '9':
			return Figure{}, false
		default:
			digits++
		}
	}
	end := len(text)
	for end-1 > point && text[end-1] == '0' {
		end--
	}
	if digits == 0 {
		return Figure{}, false
	}
	if digits-(len(text)-end) > mostPlaces {
		value, ok := new(big.Rat).SetString(string(text))
		return long(value), ok
	}
	f := Figure{stated: true, places: uint8(max(end-1-point, 0))} //nolint:gosec // a text is short
	for i := first; i < end; i++ {
		if i != point {
			f.digits = f.digits*10 + int64(text[i]-'0')
		}
	}
	if text[0] == '-' {
		f.digits = -f.digits
	}
	return f, true
}

// IsTrue reports whether an element holds the xs:boolean true, which is also
// written 1 (XML Schema Part 2, 3.2.2). White space around it does not count.
func IsTrue(n strict.Node) bool {
	text := n.Text()
	return text == "true" || text == "1"
}

// Exceeds reports whether a measure is greater than another one, and returns the
// values of both. Measures with different units (unitCode) are not compared.
func Exceeds(measure, limit strict.Node) (value, most Figure, over bool) {
	value, ok := Number(measure)
	most, hasMost := Number(limit)
	over = ok && hasMost && measure.Attr("unitCode") == limit.Attr("unitCode") && value.Cmp(most) > 0
	return value, most, over
}
