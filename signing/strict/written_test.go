package strict_test

import (
	"fmt"
	"slices"
	"testing"

	"beibu/signing/signingtest"
	"beibu/signing/strict"
)

// events reads up to the end of the element at whose start tag the scanner is next, or
// to the end of the document, and writes down all that the scanner says.
func events(t testing.TB, s *strict.Scanner) (starts map[int]int, all []string) {
	t.Helper()
	starts = map[int]int{}
	for s.Next() {
		start, end := s.Span()
		n := s.Name()
		text := fmt.Sprintf("%d %d-%d at %d, marks %d, {%s}%s", s.Kind(), start, end, s.Depth(), s.Marks(), s.Space(n.Space), s.Bytes(n.Start, n.End))
		for _, a := range s.Attributes() {
			text += fmt.Sprintf(" {%s}%s=%s", s.Space(a.Space), s.Bytes(a.Start, a.End), s.Bytes(a.ValueStart, a.ValueEnd))
		}
		for _, b := range s.Bindings() {
			text += fmt.Sprintf(" %s=%s at %d", b.Prefix, b.URI, b.Depth)
		}
		for depth := 1; depth <= s.Depth(); depth++ {
			a := s.Ancestor(depth)
			text += fmt.Sprintf(" below {%s}%s", s.Space(a.Space), s.Bytes(a.Start, a.End))
		}
		if s.Kind() == strict.StartElement {
			starts[start] = len(all)
		}
		all = append(all, text)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return starts, all
}

// TestResetAt: an element that is read again is read as it was in its document.
func TestResetAt(t *testing.T) {
	documents := []string{
		carnet, string(signingtest.Document(900)),
		`<p:a xmlns:p="urn:&#112;" xmlns="urn:d"><b xmlns="" xmlns:q="urn:q" q:x="1"><p:c xmlns:p="urn:2"/><d p:e="1">x</d></b><f/></p:a>`,
	}
	for _, in := range documents {
		tree := parse(t, in)
		var whole, part strict.Scanner
		whole.Reset([]byte(in), strict.Limits{})
		starts, want := events(t, &whole)
		for i := range tree.Len() {
			n := tree.Element(int32(i) + 1)
			part.ResetAt(n)
			from := starts[n.Start()]
			_, got := events(t, &part)
			if !slices.Equal(got, want[from:]) {
				t.Errorf("%s:\ngot  %q\nwant %q", n.Path(), got, want[from:])
			}
		}
	}
}

func TestUntidy(t *testing.T) {
	const start, end, text = strict.UntidyStart, strict.UntidyEnd, strict.UntidyText
	for in, want := range map[string]strict.Untidy{
		`<a></a>`: 0, `<a b="1" c="'>中"> "'` + "\t\n" + `中</a>`: 0, `<a c="1" b="2" xmlns="urn:a"></a>`: 0,
		`<a><b/></a>`: 0, `<a/>`: start | end, `<a b="1"/>`: start | end,
		`<a ></a>`: start, `<a  b="1"></a>`: start, "<a\nb=\"1\"></a>": start, `<a b ="1"></a>`: start, `<a b= "1"></a>`: start,
		`<a b='1'></a>`: start, `<a b="&lt;"></a>`: start, "<a b=\"\t\"></a>": start, `<a xmlns='urn:a'></a>`: start, `<a xmlns="&#65;:"></a>`: start,
		`<a b="1" ></a>`: start, `<a></a >`: end, "<a></a\n>": end,
		`<a>></a>`: text, `<a>&lt;</a>`: text, "<a>\r</a>": text, `<a><!-- --></a>`: text, `<a><![CDATA[]]></a>`: text, `<a><b></b>></a>`: text,
	} {
		if got := parse(t, in).Root().Untidy(); got != want {
			t.Errorf("%q: %b, want %b", in, got, want)
		}
	}
}

func TestDeclarations(t *testing.T) {
	tree := parse(t, `<a b="1" xmlns="urn:a"><c/><p:d xmlns:p="urn:p" xmlns=""/></a>`)
	var got []string
	for _, d := range tree.Declarations() {
		got = append(got, fmt.Sprintf("%d %s=%s", d.Element, tree.Prefix(d), tree.Spaces()[d.Space]))
	}
	if want := []string{"1 =urn:a", "3 p=urn:p", "3 ="}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFirstComment(t *testing.T) {
	for in, want := range map[string]int{`<a/>`: -1, `<!-- --><a/>`: 0, `<a>1<!-- --><!-- --></a>`: 4, `<a/> <!-- -->`: 5} {
		if got := parse(t, in).Comment(); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
}

func TestSound(t *testing.T) {
	guess, fault := strict.ParseFaulty([]byte("<a><b></a>"), strict.Limits{})
	good, none := strict.ParseFaulty([]byte("<a></a>"), strict.Limits{})
	if fault == nil || guess.Sound() || none != nil || !good.Sound() || (*strict.Tree)(nil).Sound() {
		t.Error("a tree with a fault is sound, or one without is not")
	}
}
