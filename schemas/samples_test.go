package schemas_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"beibu/schemas"
	"beibu/testdata"
)

// newCatalog returns the catalog that all tests may share the making of.
func newCatalog(tb testing.TB, packs ...schemas.Pack) *schemas.Catalog {
	tb.Helper()
	c, err := schemas.NewCatalog(schemas.Options{Packs: packs})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func validate(tb testing.TB, c *schemas.Catalog, doc []byte) schemas.Report {
	tb.Helper()
	r, err := c.Validate(tb.Context(), doc)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func samples(tb testing.TB) []testdata.Sample {
	tb.Helper()
	all, err := testdata.Samples()
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// TestGoodSamples holds every good document against the profile of the kind
// whose folder it is in.
func TestGoodSamples(t *testing.T) {
	c, kinds := newCatalog(t), make(map[schemas.Kind]bool)
	for _, s := range samples(t) {
		if !s.Good {
			continue
		}
		r := validate(t, c, s.Bytes)
		if !r.Valid() || string(r.Type.Kind) != s.Kind {
			t.Errorf("%s/good/%s: kind %q, %+v", s.Kind, s.Name, r.Type.Kind, r.Violations)
		}
		kinds[r.Type.Kind] = true
	}
	if len(kinds) == 0 {
		t.Error("no good samples found")
	}
}

// TestBadSamples holds what the bad documents give against what was expected
// of them, code, line and path: the faults of the gate and the schema, and no
// others.
func TestBadSamples(t *testing.T) {
	c := newCatalog(t)
	for _, s := range samples(t) {
		if s.Good {
			continue
		}
		var want, got strings.Builder
		for line := range strings.Lines(s.Faults) {
			if strings.HasPrefix(line, "xml.") || strings.HasPrefix(line, "schema.") {
				fmt.Fprintln(&want, strings.TrimSpace(line))
			}
		}
		r := validate(t, c, s.Bytes)
		found := append(r.Violations, r.Warnings...)
		slices.SortStableFunc(found, func(a, b schemas.Violation) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
		for _, v := range found {
			fmt.Fprintln(&got, v.Code, v.Line, v.Path)
		}
		if got.String() != want.String() {
			t.Errorf("%s/bad/%s:\n%sexpected:\n%s", s.Kind, s.Name, got.String(), want.String())
		}
	}
}
