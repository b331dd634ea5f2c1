package kinds_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/kinds"
)

// book returns one of the shipped map.
func book(t *testing.T) kinds.Book {
	t.Helper()
	parties, routes := exchangetest.Shipped(t)
	return kinds.Book{InForce: &exchange.InForce{Checks: exchangetest.Checks(t), Routes: routes, Parties: parties}, Routes: routes.Table()}
}

// Whoever writes a document of any kind learns what it must hold and why, and to
// whom it goes.
func TestEveryKindIsShown(t *testing.T) {
	b, at := book(t), time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	all := b.List(at)
	if len(all) != 16 {
		t.Errorf("%d kinds", len(all))
	}
	for _, k := range all {
		g, err := b.Show(k.Kind, at)
		if err != nil {
			t.Fatal(err)
		}
		if k.Name.EN == k.Kind || k.Name.ZH == k.Kind || k.Standard == "" || len(g.Required) < 2 || len(g.Facts) < 3 ||
			len(g.Routes) == 0 || len(g.Senders) == 0 || len(g.Samples) < 3 || len(g.Rules) == 0 || len(g.Personal) == 0 {
			t.Errorf("%s: %+v", k.Kind, g)
		}
		files, err := b.Files(k.Kind, at)
		if err != nil || len(files) == 0 {
			t.Errorf("%s: %d files, %v", k.Kind, len(files), err)
		}
	}
	_, err := b.Show("import-license", at)
	if exchange.KindOf(err) != exchange.NotFound || !strings.Contains(err.Error(), "import-licence") {
		t.Errorf("a kind that there is not: %v", err)
	}
}

// Every kind has a sample that is good on any day, with a number of its own, and
// goes somewhere by the shipped map.
func TestSamplesAreGoodOnAnyDay(t *testing.T) {
	b := book(t)
	for _, day := range []string{"2026-11-20", "2026-11-29", "2026-12-31", "2027-01-01", "2027-06-15", "2028-02-29"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range b.List(at) {
			first, err := b.Sample(t.Context(), k.Kind, "", at)
			if err != nil {
				t.Errorf("%s on %s: %v", k.Kind, day, err)
				continue
			}
			checked, err := b.InForce.Checks.Find(t.Context(), exchange.Document{Bytes: first, Received: at})
			if err != nil || len(checked.Faults()) > 0 || checked.Kind() != k.Kind {
				t.Errorf("%s on %s: %v, %v", k.Kind, day, checked.Faults(), err)
			}
			to, missing := b.InForce.Preview(checked, nil)
			if goesBack := b.InForce.Routes.GoBack(k.Kind) && len(missing) == 0; len(to.Receivers) == 0 && !goesBack {
				t.Errorf("%s on %s goes nowhere: %v", k.Kind, day, missing)
			}
			second, err := b.Sample(t.Context(), k.Kind, "", at)
			if err != nil || string(second) == string(first) {
				t.Errorf("%s on %s: the same number twice, %v", k.Kind, day, err)
			}
		}
	}
}

// Each sample can be asked for by its name today.
func TestNamedSample(t *testing.T) {
	b, at := book(t), time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	for _, k := range b.List(at) {
		g, err := b.Show(k.Kind, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range g.Samples {
			if _, err := b.Sample(t.Context(), k.Kind, name, at); err != nil {
				t.Errorf("%s %s: %v", k.Kind, name, err)
			}
		}
	}
	if _, err := b.Sample(t.Context(), "ata-carnet", "nothing", at); exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("a sample that there is not: %v", err)
	}
}

// A series of every kind is good on any day, whatever the count, and goes somewhere
// for a sender who may send it; its documents have the identities that it says.
func TestSeries(t *testing.T) {
	b := book(t)
	for _, day := range []string{"2026-11-29", "2027-01-01"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range b.List(at) {
			g, err := b.Show(k.Kind, at)
			if err != nil {
				t.Fatal(err)
			}
			var sender string
			var series kinds.Series
			for _, sender = range g.Senders {
				if series, err = b.Series(t.Context(), k.Kind, sender, at); err != nil || len(series.Receivers) > 0 {
					break
				}
			}
			if b.InForce.Routes.Answers(k.Kind) {
				if exchange.KindOf(err) != exchange.NotFound {
					t.Errorf("a series of answers to nothing: %v", err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%s on %s: %v", k.Kind, day, err)
			}
			numbers := map[string]bool{}
			for _, n := range []uint64{0, 1, 999_999_999, 123_456_789_012} {
				document, identity := series.Document(n)
				checked, err := b.InForce.Checks.Find(t.Context(), exchange.Document{Bytes: document, Sender: sender, Received: at})
				if err != nil || len(checked.Faults()) > 0 {
					t.Errorf("%s on %s: document %d: %v, %v", k.Kind, day, n, checked.Faults(), err)
				}
				if checked.Identity() != identity {
					t.Errorf("%s on %s: document %d is %v, not %v", k.Kind, day, n, checked.Identity(), identity)
				}
				if to, _ := b.InForce.Preview(checked, nil); len(to.Receivers) == 0 || !slices.Equal(to.Receivers, series.Receivers) {
					t.Errorf("%s on %s: document %d goes to %q, and not to %q", k.Kind, day, n, to.Receivers, series.Receivers)
				}
				numbers[identity.Number] = true
			}
			if len(numbers) != 4 {
				t.Errorf("%s on %s: the numbers are %v", k.Kind, day, numbers)
			}
		}
	}
	at := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	if none, err := b.Series(t.Context(), "ata-carnet", "gx-ocean", at); err != nil || len(none.Receivers) > 0 {
		t.Errorf("a sender that may not send it: %q, %v", none.Receivers, err)
	}
	if _, err := b.Series(t.Context(), "nothing", "gx-ocean", at); exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("a kind that there is not: %v", err)
	}
}
