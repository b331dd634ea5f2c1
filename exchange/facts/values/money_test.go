package values_test

import (
	"testing"

	"beibu/exchange/facts/values"
)

func amount(t *testing.T, currency, text string) values.Amount {
	t.Helper()
	a, ok := values.ReadAmount(element(t, `<A currencyID="`+currency+`">`+text+`</A>`))
	if !ok {
		t.Fatalf("%q is no amount", text)
	}
	return a
}

func exact(t *testing.T, text string) values.Figure {
	t.Helper()
	n, ok := values.NumberOf(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return n
}

func TestIsProduct(t *testing.T) {
	for _, c := range []struct {
		currency, total, quantity, price string
		want                             bool
	}{
		{"USD", "89100.00", "17820", "5.00", true},
		{"VND", "419358", "15.333", "27350", true},    // 419357.55
		{"VND", "419357.55", "15.333", "27350", true}, // as exact as it may be: GEN-06 speaks of the digits
		{"VND", "419400", "15.333", "27350", false},
		{"KRW", "22521", "1.234", "18250", true}, // 22520.5
		{"KRW", "22520", "1.234", "18250", true},
		{"KRW", "22530", "1.234", "18250", false},
		{"KWD", "1.235", "1", "1.2345", true},
		{"KWD", "1.25", "1", "1.2345", false},
		{"USD", "1000.00", "300", "3.33", true}, // the price is rounded
		{"USD", "1000.52", "300", "3.33", false},
		{"USD", "1.00", "3", "0.33", true}, // a third of a dollar each
		{"USD", "0.00", "3", "0.001", true},
		{"USD", "0.01", "3", "0.001", false},
		{"USD", "2499.00", "100000", "0.02", false}, // a fourth too much is not rounding
		{"USD", "2020.00", "100000", "0.02", true},
		{"USD", "2021.00", "100000", "0.02", false},
		{"USD", "902.00", "300", "3", false},
		{"USD", "-89100.00", "17820", "-5.00", true},
		{"USD", "89100.00", "17820", "-5.00", false},
		{"XAU", "1.2345", "3", "0.4115", true},
		{"XXQ", "1.23", "1", "1.2345", true}, // no currency: two digits
		{"", "1.23", "1", "1.2345", true},
		{"USD", "0.30", "3", "0.1", true}, // exact: floating point gives 0.30000000000000004
		{"USD", "12345678901234567890123456789012.35", "1", "12345678901234567890123456789012.345", true},
		{"USD", "12345678901234567890123456789012.36", "1", "12345678901234567890123456789012.345", false},
	} {
		if got := values.IsProduct(amount(t, c.currency, c.total), exact(t, c.quantity), amount(t, c.currency, c.price)); got != c.want {
			t.Errorf("%s %s = %s × %s: %t", c.currency, c.total, c.quantity, c.price, got)
		}
	}
}

func TestIsSum(t *testing.T) {
	for _, c := range []struct {
		currency, total, sum string
		lines                int
		want                 bool
	}{
		{"USD", "300.00", "300", 3, true},
		{"USD", "300.01", "300", 1, false},
		{"USD", "300.01", "300", 2, true},
		{"USD", "300.02", "300", 3, false},
		{"USD", "300", "300.004", 1, true},
		{"VND", "419358", "419357.55", 1, true},
		{"VND", "419359", "419357.55", 2, false},
		{"KRW", "31", "30.8", 2, true},
		{"KRW", "31", "30", 2, false}, // more than one percent
		{"USD", "9.00", "0", 0, false},
		{"USD", "0.00", "0", 0, true},
	} {
		if got := values.IsSum(amount(t, c.currency, c.total), exact(t, c.sum), c.lines); got != c.want {
			t.Errorf("%s %s for %s in %d lines: %t", c.currency, c.total, c.sum, c.lines, got)
		}
	}
}
