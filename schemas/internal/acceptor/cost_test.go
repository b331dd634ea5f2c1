//go:build !race

// Under the race detector a sync.Pool forgets things at random, so that what is
// counted here would be chance.

package acceptor_test

import (
	"strings"
	"testing"

	"beibu/signing/strict"
)

// TestWalkAllocatesNothing: what the tables cost does not grow with the elements.
func TestWalkAllocatesNothing(t *testing.T) {
	j, ok := newJudge(t, schema(inSequence(`<xs:element name="a" maxOccurs="unbounded"><xs:complexType><xs:simpleContent><xs:extension base="xs:date"><xs:attribute name="k" type="xs:token"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>`)))
	if !ok {
		t.Fatal("the engine does not compile the schema")
	}
	tree, fault := strict.ParseFaulty([]byte(`<r xmlns="u">`+strings.Repeat(`<a k="x &amp; y"> 2026-01-31<!-- --></a>`, 1_000)+`</r>`), strict.Limits{})
	if fault != nil {
		t.Fatal(fault)
	}
	if n := testing.AllocsPerRun(20, func() {
		if !j.acceptor.Accepts(tree) {
			t.Error("not accepted")
		}
	}); n > 2 {
		t.Errorf("%v allocations", n)
	}
}
