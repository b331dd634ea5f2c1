// Package rulestest holds rules against the samples in testdata/documents.
package rulestest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// Received is when the samples are taken to have come in.
var Received = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// Run applies the rules to every sample of the kinds. A good sample must show
// no breach; a bad one exactly those of its .faults file that carry the code of
// one of the rules.
func Run(t *testing.T, all []rules.Rule, kinds ...string) {
	t.Helper()
	set, err := rules.NewSet(all)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds {
		files, err := filepath.Glob(filepath.Join(root(t), "testdata", "documents", kind, "*", "*.xml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no samples of %s (%v)", kind, err)
		}
		for _, file := range files {
			t.Run(kind+"/"+filepath.Base(file), func(t *testing.T) { check(t, set, kind, file) })
		}
	}
}

func check(t *testing.T, set *rules.Set, kind, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := strict.Parse(b, strict.Limits{})
	if err != nil || strings.HasPrefix(filepath.Base(file), "schema-") {
		return // the gate's or the schema's matter: rules never see such a document
	}
	var got []string
	for _, breach := range set.Check(Document(kind, tree)) {
		line, _ := breach.At.Position()
		got = append(got, fmt.Sprintf("%s %d %s", breach.Rule.Code, line, breach.At.Path()))
	}
	if diff := cmp.Diff(expected(t, set, file), got); diff != "" {
		t.Errorf("faults (-expected +found):\n%s", diff)
	}
}

// Document wraps a parsed sample for the rules.
func Document(kind string, tree *strict.Tree) *rules.Document {
	d := &rules.Document{Kind: kind, Root: tree.Root(), Received: Received}
	d.Issued, _ = rules.Issued(tree.Root())
	return d
}

// expected reads the lines of the .faults file that are about rules of the set.
func expected(t *testing.T, set *rules.Set, file string) []string {
	t.Helper()
	b, err := os.ReadFile(strings.TrimSuffix(file, ".xml") + ".faults")
	if err != nil {
		if strings.Contains(file, string(filepath.Separator)+"good"+string(filepath.Separator)) {
			return nil
		}
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for _, r := range set.All() {
		known[r.Code] = true
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if code, _, _ := strings.Cut(line, " "); known[code] {
			lines = append(lines, line)
		}
	}
	return lines
}

// root returns the top of the repository, found from the go.mod above.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}
