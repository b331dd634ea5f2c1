package strict

import (
	"fmt"
	"strings"
	"testing"
)

func TestNamesAreKeptWithinBounds(t *testing.T) {
	var n names
	for i := range 3 * namesKept {
		want := fmt.Sprintf("name-%d", i)
		if got := n.intern([]byte(want)); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		if len(n.known) > namesKept {
			t.Fatalf("%d names kept", len(n.known))
		}
	}
	long := strings.Repeat("x", longestKept+1)
	if got := n.intern([]byte(long)); got != long {
		t.Errorf("got %q", got)
	}
	if _, kept := n.known[long]; kept {
		t.Error("a long name was kept")
	}
}

func TestNamesCostNothingTheSecondTime(t *testing.T) {
	var n names
	name := []byte("GoodsItemPassport")
	n.intern(name)
	if got := testing.AllocsPerRun(100, func() { n.intern(name) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func TestDescendants(t *testing.T) {
	tree, err := Parse([]byte("<a><b><c/>x<d><e/></d></b><f/></a>"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	below := func(n Node) string {
		var all []string
		for d := range n.Descendants() {
			all = append(all, d.Local())
		}
		return strings.Join(all, " ")
	}
	for path, want := range map[string]string{"": "b c d e f", "b": "c d e", "b/d": "e", "b/c": "", "f": "", "none": ""} {
		n := tree.Root()
		if path != "" {
			n = n.Find(path)
		}
		if got := below(n); got != want {
			t.Errorf("below %q: %q, want %q", path, got, want)
		}
	}
	for d := range tree.Root().Descendants() {
		if d.Local() != "b" {
			t.Error("the loop went on after its break")
		}
		break
	}
}
