package facts_test

import (
	"strings"
	"sync"
	"testing"

	"beibu/exchange/facts"
	"beibu/schemas/paths"
)

// What rules ask for again and again is read once, for copies of the facts too.
func TestListsAreReadOnce(t *testing.T) {
	f := read(t, "import-licence", sample(t, "import-licence", "crude-oil-overage"))
	var all [2][]facts.Line
	var done sync.WaitGroup
	for i := range all {
		done.Go(func() { all[i] = f.Lines() })
	}
	done.Wait()
	if len(all[0]) == 0 || &all[0][0] != &all[1][0] {
		t.Errorf("lines were read twice: %v", all)
	}
	if lines := (facts.Facts{}).Lines(); len(lines) > 0 {
		t.Errorf("facts of no document have lines: %v", lines)
	}
}

// A reference belongs to the line that it is in, whatever the number of the line is.
func TestReferencesOfLines(t *testing.T) {
	document := sample(t, "import-licence", "crude-oil-overage")
	document = strings.ReplaceAll(document, "<SequenceNumeric>1<", "<SequenceNumeric>7<")
	f := read(t, "import-licence", document)
	var in int
	for _, line := range f.Lines() {
		for _, draw := range f.ReferencesIn(line) {
			in++
			if draw.Role != "draw" || draw.Line != line.Number || draw.At.Parent() != line.At {
				t.Errorf("line %s: %+v", line.Number, draw)
			}
			if at := draw.Part(paths.Day); at.Text() != draw.Day.Format("2006-01-02") {
				t.Errorf("the day of the draw is at %s", at.Path())
			}
		}
	}
	for r := range f.ReferencesOutside() {
		t.Errorf("%s is in no line", r.At.Path())
	}
	if in == 0 || in != len(f.References()) {
		t.Errorf("%d references in lines of %d", in, len(f.References()))
	}
}

// Days are counted in the country of the issuer, or of the customs declared to.
func TestCountry(t *testing.T) {
	for name, want := range map[string]string{
		"import-declaration/natural-rubber-qinzhou": "CN", "sps-certificate/durian-youyiguan": "VN",
		"export-declaration/graphite-dongxing": "CN", "import-licence/crude-oil-overage": "CN",
	} {
		kind, name, _ := strings.Cut(name, "/")
		if got := read(t, kind, sample(t, kind, name)).Country(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
