package licence_test

import (
	"strings"
	"testing"

	"beibu/exchange/rules"
	"beibu/exchange/rules/licence"
	"beibu/exchange/rules/rulestest"
	"beibu/signing/strict"
	"beibu/testdata"
)

var kinds = []string{"import-licence", "export-licence"}

func TestSamples(t *testing.T) { rulestest.Run(t, licence.Rules(), kinds...) }

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
	for _, r := range licence.Rules() {
		if !broken[r.Code] {
			t.Errorf("no sample breaks %s alone", r.Code)
		}
	}
}

// BenchmarkCheck judges a licence of two lines and three draws.
func BenchmarkCheck(b *testing.B) {
	s, err := testdata.Find("export-licence", "graphite-two-grades")
	if err != nil {
		b.Fatal(err)
	}
	set, err := rules.NewSet(licence.Rules())
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
