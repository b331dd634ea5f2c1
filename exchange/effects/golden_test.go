package effects_test

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/effects"
	"beibu/exchange/facts"
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
