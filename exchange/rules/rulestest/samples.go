package rulestest

import (
	"slices"
	"strings"
	"testing"

	"beibu/exchange/rules"
	"beibu/signing/strict"
	"beibu/testdata"
)

// Codes returns the codes, sorted, of the rules that a sample breaks after the
// edits, pairs of what is replaced, once, and by what.
func Codes(t *testing.T, all []rules.Rule, s testdata.Sample, edits ...string) []string {
	t.Helper()
	text := string(s.Bytes)
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("%s does not hold %q", s.Name, edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	tree, err := strict.Parse([]byte(text), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	breaches, _ := newSet(t, all).Check(Document(s.Kind, tree))
	for _, b := range breaches {
		found = append(found, b.Rule.Code)
	}
	slices.Sort(found)
	return found
}

// Sample returns the sample of a kind with a name.
func Sample(tb testing.TB, kind, name string) testdata.Sample {
	tb.Helper()
	s, err := testdata.Find(kind, name)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// Samples returns every sample, by kind and name.
func Samples(tb testing.TB) []testdata.Sample {
	tb.Helper()
	all, err := testdata.Samples()
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func newSet(tb testing.TB, all []rules.Rule) *rules.Set {
	tb.Helper()
	set, err := rules.NewSet(all)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}
