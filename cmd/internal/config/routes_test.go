package config

import (
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

// receivers runs a sample through the checks and the built-in map.
func receivers(t *testing.T, l *Loaded, checks *exchange.Checks, s testdata.Sample) ([]string, error) {
	t.Helper()
	checked, err := checks.Find(t.Context(), exchange.Document{Bytes: s.Bytes, Sender: "qinzhou-customs", Received: rulestest.Received})
	if err != nil {
		t.Fatal(err)
	}
	return l.Routes.To("qinzhou-customs", checked.Kind(), checked.Facts())
}

// Every good sample has receivers.
func TestEverySampleHasReceivers(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	checks := exchangetest.Checks(t)
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		name := s.Kind + "/" + s.Name
		if !s.Good {
			continue
		}
		got, err := receivers(t, l, checks, s)
		if err != nil {
			t.Errorf("%s: to %v, %v", name, got, err)
		}
	}
}

func TestTheMapReachesWhoMustHaveIt(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	checks := exchangetest.Checks(t)
	for name, want := range map[string]string{
		"ata-carnet/expo-machinery-qinzhou-haiphong": "gx-trade-promotion qinzhou-customs window-vn",
		"health-permit/catering-qinzhou":             "gx-customs gx-market-supervision qinzhou-customs",
		"export-licence/acetone-viet-nam":            "gx-commerce pingxiang-customs window-vn",
		"import-declaration/durian-youyiguan":        "gx-customs youyiguan-customs window-cn window-th",
		"sps-certificate/durian-youyiguan":           "gx-customs gx-agriculture youyiguan-customs window-vn",
		"response/origin-accepted-hanoi":             "gx-trade-promotion",
	} {
		kind, sample, _ := strings.Cut(name, "/")
		s, err := testdata.Find(kind, sample)
		if err != nil {
			t.Fatal(err)
		}
		got, err := receivers(t, l, checks, s)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: to %v (%v), want %s", name, got, err, want)
		}
	}
}
