package rulestest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// An Example is a part of a document, and where a rule is broken by it: paths
// below the root. The type has no name of its own, so that tables of examples
// need not repeat those of its fields.
type Example = struct {
	Name, Code, Part string
	Want             []string
}

// Examples applies rules to documents of a kind of which only a part is there:
// each rule needs only what it is about. The function whole makes a document of a part.
func Examples(t *testing.T, all []rules.Rule, kind string, whole func(part string) string, examples []Example) {
	t.Helper()
	set := newSet(t, all)
	for _, e := range examples {
		t.Run(e.Code+" "+e.Name, func(t *testing.T) {
			tree, err := strict.Parse([]byte(whole(e.Part)), strict.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			breaches, _ := set.Check(Document(kind, tree))
			for _, b := range breaches {
				if b.Rule.Code == e.Code {
					_, below, _ := strings.Cut(b.At.Path()[1:], "/")
					found = append(found, below)
				}
			}
			if diff := cmp.Diff(e.Want, found); diff != "" {
				t.Errorf("breaches (-want +got):\n%s", diff)
			}
		})
	}
}

// Benchmark reads the facts of a sample and judges it by rules.
func Benchmark(b *testing.B, all []rules.Rule, kind, name string) {
	b.Helper()
	tree, err := strict.Parse(Sample(b, kind, name).Bytes, strict.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	set := newSet(b, all)
	b.ReportAllocs()
	for b.Loop() {
		set.Check(Document(kind, tree)) // its facts are read again
	}
}
