package values

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// A Figure is an exact number, or none: the zero Figure, which counts as 0. Most
// figures of documents are short, and are computed without allocation; others are
// computed by package big, to the same result.
type Figure struct {
	digits int64 // of a short figure: its value is digits / 10^places
	places uint8
	stated bool     // it is not none
	long   *big.Rat // the value if it is not short, and is never changed
}

// Whole returns a whole number.
func Whole(n int64) Figure { return Figure{digits: n, stated: true} }

// mostPlaces limits the decimal places of a short figure.
const mostPlaces = 18

// tens are the powers of ten up to that of 18 digits.
var tens = [mostPlaces + 1]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// Exists reports whether the figure is not none.
func (f Figure) Exists() bool { return f.stated }

// Rat returns the value for a calculation that a Figure has no method for.
func (f Figure) Rat() *big.Rat {
	switch {
	case f.long != nil:
		return new(big.Rat).Set(f.long)
	case f.places == 0:
		return new(big.Rat).SetInt64(f.digits)
	}
	return big.NewRat(f.digits, tens[f.places])
}

// long returns a figure with a value that the caller does not change again.
func long(value *big.Rat) Figure { return Figure{stated: true, long: value} }

// Sign returns -1, 0 or 1.
func (f Figure) Sign() int {
	if f.long != nil {
		return f.long.Sign()
	}
	return cmp.Compare(f.digits, 0)
}

// Int64 returns the figure if it is a whole number of 64 bits.
func (f Figure) Int64() (int64, bool) {
	if f.long != nil {
		return f.long.Num().Int64(), f.long.IsInt() && f.long.Num().IsInt64()
	}
	return f.digits / tens[f.places], f.IsInt()
}

// IsInt reports whether the figure is a whole number.
func (f Figure) IsInt() bool {
	if f.long != nil {
		return f.long.IsInt()
	}
	return f.digits%tens[f.places] == 0
}

// Cmp compares two figures: -1 if f is less, 0 if they are the same, 1 if f is more.
func (f Figure) Cmp(other Figure) int {
	if a, b, _, ok := aligned(f, other); ok {
		return cmp.Compare(a, b)
	}
	return f.Rat().Cmp(other.Rat())
}

// Plus returns the sum of two figures: none if both are none.
func (f Figure) Plus(other Figure) Figure {
	if !f.stated {
		return other
	}
	if !other.stated {
		return f
	}
	if a, b, places, ok := aligned(f, other); ok {
		if sum := a + b; (sum > a) == (b > 0) {
			return Figure{digits: sum, places: places, stated: true}
		}
	}
	return long(new(big.Rat).Add(f.Rat(), other.Rat()))
}

// Minus returns f - other.
func (f Figure) Minus(other Figure) Figure { return f.Plus(other.Times(Whole(-1))) }

// Times returns the product of two figures.
func (f Figure) Times(other Figure) Figure {
	if places := f.places + other.places; f.long == nil && other.long == nil && places <= mostPlaces {
		if product, ok := multiplied(f.digits, other.digits); ok {
			return Figure{digits: product, places: places, stated: true}
		}
	}
	return long(new(big.Rat).Mul(f.Rat(), other.Rat()))
}

// Over returns f / other, which is not 0.
func (f Figure) Over(other Figure) Figure {
	if f.long == nil && other.long == nil && other.places == 0 {
		places := slices.Index(tens[:], other.digits)
		if places >= 0 && int(f.places)+places <= mostPlaces {
			f.places += uint8(places) //nolint:gosec // at most mostPlaces
			f.stated = true
			return f
		}
	}
	return long(new(big.Rat).Quo(f.Rat(), other.Rat()))
}

// Abs returns the figure without its sign.
func (f Figure) Abs() Figure {
	if f.Sign() < 0 {
		return f.Times(Whole(-1))
	}
	return f
}

// rounded rounds a figure to decimal places, halves away from zero.
func (f Figure) rounded(places int) Figure {
	if f.long == nil && int(f.places) <= places {
		return f
	}
	if f.long == nil {
		unit := tens[int(f.places)-places]
		whole, rest := f.digits/unit, f.digits%unit
		if 2*magnitude(rest) >= magnitude(unit) {
			whole += int64(f.Sign())
		}
		return Figure{digits: whole, places: uint8(places), stated: true} //nolint:gosec // less than f.places
	}
	value, _ := new(big.Rat).SetString(f.long.FloatString(places)) // which rounds so, and exactly
	return long(value)
}

// aligned returns the digits of two short figures with the same number of places. It
// reports false if one is long or would be.
func aligned(f, other Figure) (a, b int64, places uint8, ok bool) {
	if f.long != nil || other.long != nil {
		return 0, 0, 0, false
	}
	places = max(f.places, other.places)
	a, fits := multiplied(f.digits, tens[places-f.places])
	b, ok = multiplied(other.digits, tens[places-other.places])
	return a, b, places, ok && fits
}

// multiplied returns a product, or false if it does not fit.
func multiplied(a, b int64) (int64, bool) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	return a * b, high == 0 && low <= math.MaxInt64
}

// magnitude returns a number without its sign.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n) //nolint:gosec // right for the least number too
	}
	return uint64(n)
}

// String writes the figure for people: without trailing zeros, and with at most six
// decimal places.
func (f Figure) String() string {
	const most = 6
	if f.long != nil || f.places > most {
		return trimmedZeros(f.Rat().FloatString(most))
	}
	if f.places == 0 {
		return strconv.FormatInt(f.digits, 10)
	}
	text := strconv.FormatUint(magnitude(f.digits), 10)
	if missing := int(f.places) + 1 - len(text); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	point := len(text) - int(f.places)
	text = trimmedZeros(text[:point] + "." + text[point:])
	if f.digits < 0 {
		text = "-" + text
	}
	return text
}

// trimmedZeros returns a decimal without the zeros at its end.
func trimmedZeros(decimal string) string {
	return strings.TrimSuffix(strings.TrimRight(decimal, "0"), ".")
}
