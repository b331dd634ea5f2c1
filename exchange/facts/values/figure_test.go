package values_test

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"beibu/exchange/facts/values"
)

// figures draws a figure of a document, short or long, with its exact value.
func figure(t *rapid.T, name string) (values.Figure, *big.Rat) {
	text := rapid.OneOf(
		rapid.StringMatching(`-?[0-9]{1,6}(\.[0-9]{1,4})?`),
		rapid.StringMatching(`-?[0-9]{1,19}(\.[0-9]{1,19})?`),
		rapid.SampledFrom([]string{"0", "-0.0", "1000", "0.000000000000000001", "9223372036854775807", "-9223372036854775808", "999999999999999999"}),
	).Draw(t, name)
	f, ok := values.NumberOf(text)
	exact, known := new(big.Rat).SetString(text)
	if !ok || !known || f.Rat().Cmp(exact) != 0 {
		t.Fatalf("%s: read as %v", text, f)
	}
	return f, exact
}

// Figures are computed as package big computes them, however short or long.
func TestFigureIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, a := figure(t, "f")
		g, b := figure(t, "g")
		for range rapid.IntRange(0, 3).Draw(t, "steps") { // towards what is too long to be short
			f, a = f.Times(g), new(big.Rat).Mul(a, b)
		}
		same := func(what string, got values.Figure, want *big.Rat) {
			if got.Rat().Cmp(want) != 0 || !got.Exists() {
				t.Fatalf("%s of %v and %v: %v, want %v", what, a, b, got.Rat(), want)
			}
		}
		same("sum", f.Plus(g), new(big.Rat).Add(a, b))
		same("difference", f.Minus(g), new(big.Rat).Sub(a, b))
		same("product", f.Times(g), new(big.Rat).Mul(a, b))
		same("value without sign", f.Abs(), new(big.Rat).Abs(a))
		if b.Sign() != 0 {
			same("quotient", f.Over(g), new(big.Rat).Quo(a, b))
		}
		if f.Cmp(g) != a.Cmp(b) || f.Sign() != a.Sign() || f.IsInt() != a.IsInt() {
			t.Fatalf("%v and %v: compared %d, sign %d, whole %t", a, b, f.Cmp(g), f.Sign(), f.IsInt())
		}
		if n, ok := f.Int64(); ok != (a.IsInt() && a.Num().IsInt64()) || ok && n != a.Num().Int64() {
			t.Fatalf("%v is %d, %t", a, n, ok)
		}
		if want := decimal(a); f.String() != want {
			t.Fatalf("%v is written %s, want %s", a, f, want)
		}
	})
}

// decimal writes a number without zeros at the end, and with six places at most.
func decimal(r *big.Rat) string {
	return strings.TrimSuffix(strings.TrimRight(r.FloatString(6), "0"), ".")
}

func TestNoFigure(t *testing.T) {
	var none values.Figure
	one := values.Whole(1)
	if none.Exists() || none.Plus(none).Exists() || none.Sign() != 0 || !values.Whole(0).Exists() {
		t.Error("none is a figure, or 0 is none")
	}
	if one.Plus(none).Cmp(one) != 0 || none.Plus(one).Cmp(one) != 0 {
		t.Error("none does not count as 0")
	}
}

// Short figures cost no allocation.
func TestShortFiguresAreCheap(t *testing.T) {
	f, _ := values.NumberOf("17820.50")
	g, _ := values.NumberOf("5.125")
	if n := testing.AllocsPerRun(100, func() {
		_, _ = values.NumberOf("-17820.50")
		_ = f.Plus(g).Times(g).Minus(f).Over(values.Whole(1000)).Abs().Cmp(g)
	}); n != 0 {
		t.Errorf("%.0f allocations", n)
	}
}
