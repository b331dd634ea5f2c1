package effects_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/facts"
	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/testdata"
)

var update = flag.Bool("update", false, "write the golden file")

const golden = "testdata/samples.golden"

// TestGolden keeps the effects of every good sample that has any in a file.
func TestGolden(t *testing.T) {
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, s := range samples {
		if !s.Good {
			continue
		}
		e := effects.Of(s.Kind, read(t, s.Kind, s.Bytes))
		if e.None() {
			continue
		}
		lines, err := json.MarshalIndent(e, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(s.Kind + " " + s.Name + " " + string(lines) + "\n")
	}
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Error(diff)
	}
}

// TestMost finds no effects that take more bytes than they may at most, also with texts
// that are escaped.
func TestMost(t *testing.T) {
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	check := func(e effects.Effects) {
		text, err := json.Marshal(e)
		if most := effects.Most(e); err != nil || len(text) > most {
			t.Errorf("%d bytes, said to be at most %d, %v", len(text), most, err)
		}
	}
	for _, s := range samples {
		if s.Good {
			check(effects.Of(s.Kind, read(t, s.Kind, s.Bytes)))
		}
	}
	long := strings.Repeat("<\u2028", 500)
	digits, _ := values.NumberOf(strings.Repeat("9", values.NumberLimit))
	check(effects.Effects{
		Opens: &effects.Opening{
			Account: effects.AccountOf(long, long), Lines: []effects.Line{{Number: long, HS: long, Unit: long, Quantity: digits}}, Uses: 1 << 62, Overage: digits,
			Offices: []string{long}, Subheadings: true, Mode: long, From: "2026-01-01", Until: "2026-12-31", Drawn: []effects.Drawn{{By: long, Line: long, Quantity: digits}},
		},
		Draws: []effects.Draw{{
			From: effects.AccountOf(long, long), Line: long, Path: long, HS: long, Whole: true, Office: long, Mode: long, Day: "2026-01-01",
			Measures: []effects.Measure{{Unit: long, Quantity: digits}, {Unit: long, Quantity: digits}},
		}},
		Clears: []effects.Clearing{{Declaration: effects.AccountOf(long, long), Exchange: uuid.Max, Outcome: codes.Invalidated, Authority: true}},
		Acts:   []effects.Act{{Does: effects.Verb(long), On: &effects.Account{Kind: long, Number: long}, Path: long, Day: "2026-01-01", Until: "2026-12-31", Likeness: long}},
	})
}

// read returns what a document of a built-in kind says.
func read(tb testing.TB, kind string, doc []byte) facts.Facts {
	tb.Helper()
	tree, err := strict.Parse(doc, strict.Limits{})
	if err != nil {
		tb.Fatal(err)
	}
	tables, err := paths.BuiltIn()
	if err != nil {
		tb.Fatal(err)
	}
	return facts.Read(tables[kind], tree.Root())
}
