package declaration_test

import (
	"strings"
	"testing"

	"beibu/exchange/rules"
	"beibu/exchange/rules/declaration"
	"beibu/exchange/rules/rulestest"
	"beibu/signing/strict"
	"beibu/testdata"
)

var kinds = []string{"import-declaration", "export-declaration", "transit-declaration"}

func TestSamples(t *testing.T) { rulestest.Run(t, declaration.Rules(), kinds...) }

// Every rule has a sample that breaks it and nothing else.
func TestEachRuleHasASample(t *testing.T) {
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	broken := make(map[string]bool)
	for _, s := range samples {
		code, _, _ := strings.Cut(s.Faults, " ")
		if strings.HasPrefix(s.Name, strings.ToLower(code)+"-") && strings.Count(s.Faults, code+" ") == strings.Count(s.Faults, "\n") {
			broken[code] = true
		}
	}
	for _, r := range declaration.Rules() {
		if !broken[r.Code] {
			t.Errorf("no sample breaks %s alone", r.Code)
		}
	}
}

// BenchmarkCheck judges a declaration of three items.
func BenchmarkCheck(b *testing.B) {
	s, err := testdata.Find("import-declaration", "dragon-fruit-dongxing")
	if err != nil {
		b.Fatal(err)
	}
	set, err := rules.NewSet(declaration.Rules())
	if err != nil {
		b.Fatal(err)
	}
	tree, err := strict.Parse(s.Bytes, strict.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	d := rulestest.Document(s.Kind, tree)
	b.ReportAllocs()
	for b.Loop() {
		set.Check(d)
	}
}
