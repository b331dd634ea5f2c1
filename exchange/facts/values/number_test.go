package values_test

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"beibu/exchange/facts/values"
	"beibu/signing/strict"
)

// holding returns an element with a text.
func holding(tb testing.TB, text string) strict.Node {
	tb.Helper()
	tree, err := strict.Parse([]byte("<v>"+text+"</v>"), strict.Limits{})
	if err != nil {
		tb.Fatal(err)
	}
	return tree.Root()
}

func day(tb testing.TB, text string) time.Time {
	tb.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func TestDate(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-02":                           "2026-03-02",
		" 2026-03-02\n":                        "2026-03-02",
		"2026-03-02Z":                          "2026-03-02",
		"2026-03-02+08:00":                     "2026-03-02", // the day as written: a zone does not move it
		"2026-03-02-12:00":                     "2026-03-02",
		"2026-03-02T23:59:59.9+08:00":          "2026-03-02",
		"2026-03-02T00:00:00Z":                 "2026-03-02",
		"20260302":                             "2026-03-02",
		"202603021530":                         "2026-03-02",
		"20260302153059":                       "2026-03-02",
		"202603021530+0800":                    "2026-03-02",
		"2028-02-29":                           "2028-02-29",
		"":                                     "",
		"2026":                                 "",
		"2026-3-2":                             "",
		"2026-02-29":                           "",
		"2026-13-01":                           "",
		"20261301":                             "",
		"2026-03-02 ff":                        "",
		"2026-03-02Tnoon":                      "",
		"2026-03-0214:00":                      "",
		"2026-03-02x":                          "",
		"12026-03-02":                          "",
		"-2026-03-02":                          "",
		"2026/03/02":                           "",
		"20260302Z":                            "",
		"02.03.2026":                           "",
		"2026-03-02" + strings.Repeat("0", 40): "",
	} {
		got, ok := values.Date(holding(t, text))
		if ok != (want != "") || ok && !got.Equal(day(t, want)) {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
	if _, ok := values.Date(strict.Node{}); ok {
		t.Error("no element has a date")
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "42": "42", "-0.50": "-0.5", "+1.25": "1.25", ".5": "0.5", "5.": "5", "007": "7", " 3 ": "3",
		"-7.00": "-7", "000000000000000000.00": "0", "-123456789012345678": "-123456789012345678", "1234567890123456789": "1234567890123456789",
		strings.Repeat("9", 64): strings.Repeat("9", 64),
	} {
		got, ok := values.Number(holding(t, text))
		if exact, _ := new(big.Rat).SetString(want); !ok || got.Rat().Cmp(exact) != 0 {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{
		"", ".", "-", "+", "1e3", "1/2", "0x1f", "1_000", "1,5", "1 000", "NaN", "INF", "--1", "1.2.3", "一", "٣", strings.Repeat("9", 65),
	} {
		if got, ok := values.Number(holding(t, text)); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Short numbers are read by a quicker way, to the same values.
func TestNumberIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[+-]?([0-9]{1,19}(\.[0-9]{0,19})?|\.[0-9]{1,19})`).Draw(t, "text")
		want, ok := new(big.Rat).SetString(text)
		if got, read := values.NumberOf(text); !ok || !read || got.Rat().Cmp(want) != 0 {
			t.Fatalf("%q: %v, %t; want %v", text, got, read, want)
		}
	})
}

func TestExceeds(t *testing.T) {
	for _, test := range []struct {
		measures string
		want     bool
	}{
		{`<A>2.01</A><B>2</B>`, true},
		{`<A>2.0</A><B>2</B>`, false},
		{`<A>1</A><B>2</B>`, false},
		{`<A unitCode="KGM">2</A><B unitCode="KGM">1</B>`, true},
		{`<A unitCode="GRM">2</A><B unitCode="KGM">1</B>`, false},
		{`<A unitCode="KGM">2</A><B>1</B>`, false},
		{`<A>2</A>`, false},
		{`<B>1</B>`, false},
		{`<A>two</A><B>1</B>`, false},
	} {
		line := element(t, "<Line>"+test.measures+"</Line>")
		value, most, over := values.Exceeds(line.Find("A"), line.Find("B"))
		if over != test.want || over && value.Cmp(most) <= 0 {
			t.Errorf("%s: %v, %v, %t", test.measures, value, most, over)
		}
	}
}

func TestDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"3": "3", "100": "100", "3.50": "3.5", "-0.10": "-0.1", "0": "0", "0.1234567": "0.123457", "44250.00": "44250",
	} {
		n, _ := values.NumberOf(text)
		if got := n.String(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestDays(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"2026-03-02", "2026-03-02", 0},
		{"2026-03-02", "2026-03-03", 1},
		{"2026-03-03", "2026-03-02", -1},
		{"2027-12-31", "2028-12-31", 366},
		{"0001-01-01", "2026-01-01", 739616},
	} {
		if got := values.Days(day(t, test.a), day(t, test.b)); got != test.want {
			t.Errorf("%s to %s: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestAddMonths(t *testing.T) {
	for _, test := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-03-02", 6, "2026-09-02"},
		{"2026-08-31", 6, "2027-02-28"},
		{"2027-08-31", 6, "2028-02-29"},
		{"2026-03-31", 1, "2026-04-30"},
		{"2026-12-31", 12, "2027-12-31"},
		{"2028-02-29", 12, "2029-02-28"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-03-02", 0, "2026-03-02"},
	} {
		if got := values.AddMonths(day(t, test.from), test.months); !got.Equal(day(t, test.want)) {
			t.Errorf("%s and %d: %v", test.from, test.months, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		from := time.Unix(rapid.Int64Range(-1e10, 1e11).Draw(t, "from"), 0).UTC().Truncate(24 * time.Hour)
		months := rapid.IntRange(-600, 600).Draw(t, "months")
		to := values.AddMonths(from, months)
		if apart := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month()); apart != months || to.Day() > from.Day() {
			t.Fatalf("%v and %d: %v", from, months, to)
		}
	})
}

// Whatever a stranger writes, a date is midnight UTC of a real day and a
// number is what its digits say.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{"2026-03-02", "2026-03-02T10:00:00Z", "20260302", "-1.50", "1e3", "一"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tree, err := strict.Parse([]byte("<v>"+text+"</v>"), strict.Limits{})
		if err != nil {
			return
		}
		if d, ok := values.Date(tree.Root()); ok && !d.Equal(d.Truncate(24*time.Hour)) {
			t.Errorf("%q: %v", text, d)
		}
		if n, ok := values.Number(tree.Root()); ok && n.Sign() < 0 != strings.HasPrefix(tree.Root().Text(), "-") && n.Sign() != 0 {
			t.Errorf("%q: %v", text, n)
		}
	})
}
