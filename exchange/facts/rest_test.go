package facts_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/facts"
	"beibu/schemas/paths"
	"beibu/signing/strict"
	"beibu/testdata"
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

// Citations are the references that say to which document of what sort they refer.
func TestCitationsAreReferences(t *testing.T) {
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]int)
	for _, s := range samples {
		if !s.Good {
			continue
		}
		f := read(t, s.Kind, string(s.Bytes))
		var want []facts.Citation
		for _, r := range f.References() {
			if r.Number != "" && (r.Kind != "" || r.Type != "") {
				want = append(want, facts.Citation{Kind: r.Kind, Type: r.Type, Number: r.Number})
			}
		}
		if diff := cmp.Diff(want, f.Citations()); diff != "" {
			t.Errorf("%s/%s: %s", s.Kind, s.Name, diff)
		}
		found[s.Kind] += len(want)
	}
	if found["import-declaration"] == 0 || found["ata-reexportation-proof"] == 0 {
		t.Errorf("the samples have no citations: %v", found)
	}
}

// An element that an earlier entry selects is no citation of a later one, also if the
// earlier one is none of citations.
func TestCitationsKeepToTheFirstEntry(t *testing.T) {
	pathOf := func(text string) paths.Path {
		path, err := paths.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	id := map[paths.Key][]paths.Path{paths.Number: {pathOf("ID")}}
	entries := []paths.Entry{
		{At: pathOf("Line/Note"), Parts: id},
		{At: pathOf("Line/*[has Voucher]"), Parts: id},
		{At: pathOf("Line/Document"), Parts: id, Kind: "import-licence"},
		{At: pathOf("Line"), Parts: id, Kind: "ata-carnet"},
	}
	tree, err := strict.Parse([]byte(`<a><Line><ID>1</ID><Document><ID>2</ID></Document><Document><Voucher>v</Voucher><ID>3</ID></Document>`+
		`<Note><ID>4</ID></Note></Line><Line><Document><ID>5</ID></Document></Line></a>`), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	f := facts.Read(paths.Table{Lists: map[paths.Key][]paths.Entry{paths.References: entries}}, tree.Root())
	want := []facts.Citation{{Kind: "ata-carnet", Number: "1"}, {Kind: "import-licence", Number: "2"}, {Kind: "import-licence", Number: "5"}}
	if diff := cmp.Diff(want, f.Citations()); diff != "" {
		t.Error(diff)
	}
	if all := f.References(); len(all) != 5 || all[2].Number != "3" || all[2].Kind != "" {
		t.Errorf("references %+v", all)
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
