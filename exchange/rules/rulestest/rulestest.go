// Package rulestest applies rules to the samples in testdata/documents, and
// compares what they report with what the samples expect.
package rulestest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/facts"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/testdata"
)

// Received is the time of receipt of every sample.
var Received = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// Run applies the rules to every sample of the kinds. A good sample must show
// no breach; a bad one exactly those of its .faults file that carry the code of
// one of the rules.
func Run(t *testing.T, all []rules.Rule, kinds ...string) {
	t.Helper()
	set, seen := newSet(t, all), make(map[string]bool)
	for _, s := range Samples(t) {
		if !slices.Contains(kinds, s.Kind) {
			continue
		}
		seen[s.Kind] = true
		t.Run(s.Kind+"/"+s.Name, func(t *testing.T) { check(t, set, s) })
	}
	for _, kind := range kinds {
		if !seen[kind] {
			t.Errorf("no samples of %s", kind)
		}
	}
}

func check(t *testing.T, set *rules.Set, s testdata.Sample) {
	t.Helper()
	if !s.Good && s.Faults == "" {
		t.Fatal("no .faults file says what is wrong with it")
	}
	tree, err := strict.Parse(s.Bytes, strict.Limits{})
	if err != nil || strings.HasPrefix(s.Name, "schema-") {
		return // the gate or the schema refuses it: rules never judge such a document
	}
	var got []string
	found, _ := set.Check(Document(s.Kind, tree))
	for _, breach := range found {
		line, _ := breach.At.Position()
		got = append(got, fmt.Sprintf("%s %d %s", breach.Rule.Code, line, breach.At.Path()))
	}
	if diff := cmp.Diff(expected(set, s), got); diff != "" {
		t.Errorf("faults (-expected +found):\n%s", diff)
	}
}

// Document wraps a parsed sample for the rules.
func Document(kind string, tree *strict.Tree) *rules.Document {
	builtIn, err := paths.BuiltIn()
	if err != nil {
		panic(err) // a test of package paths finds it
	}
	return &rules.Document{Kind: kind, Root: tree.Root(), Facts: facts.Read(builtIn[kind], tree.Root()), Received: Received}
}

// expected returns the lines of the .faults file that are about rules of the set.
func expected(set *rules.Set, s testdata.Sample) []string {
	known := make(map[string]bool)
	for _, r := range set.All() {
		known[r.Code] = true
	}
	var lines []string
	for line := range strings.Lines(s.Faults) {
		line = strings.TrimSpace(line)
		if code, _, _ := strings.Cut(line, " "); known[code] {
			lines = append(lines, line)
		}
	}
	return lines
}
