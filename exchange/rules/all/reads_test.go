package all_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
	"beibu/exchange/rules/rulestest"
	"beibu/signing/strict"
)

var search = regexp.MustCompile(`\.(Find|Children|Descendants|FirstChild|Parent)\(|\.All\("|rules\.Element\{`)

// A search would be a second walk, which no declaration shows.
func TestDeclaredPathsAreTheOnlyWay(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(filepath.Dir(file), "test") {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := search.Find(b); found != nil {
			t.Errorf("%s searches the document: %s", file, found)
		}
		read++
	}
	if read < len(all.Rules())/10 {
		t.Errorf("only %d files", read)
	}
}

// TestRulesDeclareWhatTheyRead judges every sample by each rule alone: it finds what
// it finds beside the others, so that it does not live on what they declare.
func TestRulesDeclareWhatTheyRead(t *testing.T) {
	together := newSet(t)
	var alone []*rules.Set
	for _, r := range all.Rules() {
		set, err := rules.NewSet([]rules.Rule{r})
		if err != nil {
			t.Fatal(err)
		}
		alone = append(alone, set)
	}
	for _, s := range rulestest.Samples(t) {
		tree, err := strict.Parse(s.Bytes, strict.Limits{})
		if err != nil {
			continue // the gate refuses it: rules never judge such a document
		}
		want := written(together, s.Kind, tree)
		var got []string
		for _, set := range alone {
			got = append(got, written(set, s.Kind, tree)...)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s %s: each rule alone finds\n%s\ntogether they find\n%s", s.Kind, s.Name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// written returns the breaches that rules find, as text and sorted.
func written(set *rules.Set, kind string, tree *strict.Tree) []string {
	found, _ := set.Check(rulestest.Document(kind, tree))
	var all []string
	for _, b := range found {
		all = append(all, b.Rule.Code+" "+b.At.Path()+" "+b.EN)
	}
	slices.Sort(all)
	return all
}
