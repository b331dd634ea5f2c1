package c14n_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"beibu/signing/c14n"
	"beibu/signing/signingtest"
	"beibu/signing/strict"

	"pgregory.net/rapid"
)

// fromTree writes the canonical form of all but an element, the one with this number.
func fromTree(tree *strict.Tree, except int32, method c14n.Method) (string, error) {
	var w c14n.TreeWriter
	var out bytes.Buffer
	var left strict.Node
	if except > 0 {
		left = tree.Element(except)
	}
	if err := w.Reset(tree, left); err != nil {
		return "", err
	}
	err := w.Write(&out, method)
	return out.String(), err
}

// fromEvents is the same by the other writer.
func fromEvents(in []byte, except int32, method c14n.Method) (string, error) {
	var s strict.Scanner
	var w c14n.Writer
	var out bytes.Buffer
	s.Reset(in, roomy)
	w.Reset(&out, method)
	number, outside := int32(0), -1
	for s.Next() {
		if s.Kind() == strict.StartElement {
			if number++; number == except {
				outside = s.Depth() - 1
			}
		}
		if outside < 0 {
			w.Take(&s)
		} else if s.Kind() == strict.EndElement && s.Depth() == outside {
			outside = -1
		}
	}
	err := w.Flush()
	return out.String(), err
}

// compareWriters compares the two writers on a document: whole, and without each of
// some elements. It reports whether there was something to compare.
func compareWriters(t interface{ Fatalf(string, ...any) }, in []byte, without int) bool {
	tree, err := strict.Parse(in, roomy)
	if err != nil {
		return false
	}
	step := max(1, tree.Len()/max(without, 1))
	for except := 0; except <= tree.Len() && (except == 0 || without > 0); except += step {
		for _, method := range []c14n.Method{c14n.Exclusive, c14n.Inclusive} {
			number := int32(except)
			want, wrong := fromEvents(in, number, method)
			got, err := fromTree(tree, number, method)
			if (err == nil) != (wrong == nil) || err == nil && got != want {
				t.Fatalf("%s without element %d of %q:\n tree   %q, %v\n events %q, %v", method.URI(), except, in, got, err, want, wrong)
			}
		}
	}
	return true
}

// inForm are documents of which parts are canonical, and parts are nearly so.
var inForm = []string{
	`<a></a>`, `<a b="1" c="2"></a>`, `<a c="2" b="1"></a>`, `<a  b="1"></a>`, `<a b = "1"></a>`, "<a\tb=\"1\"></a>", "<a b=\"1\"\n></a>", `<a b="1"></a >`,
	`<a xmlns="urn:a" b="1"></a>`, `<a b="1" xmlns="urn:a"></a>`, `<a xmlns:b="urn:b" xmlns="urn:a"></a>`, `<p:a xmlns:p="urn:p" xmlns:q="urn:q" q:c="1" p:b="2"></p:a>`,
	`<a xmlns:p="urn:p"><p:b><p:c p:d="1" e="2"></p:c></p:b><p:b></p:b></a>`, `<a xmlns:p="urn:p"><b xmlns:p="urn:p"><p:c></p:c></b></a>`,
	`<a xmlns:p="urn:&#112;&gt;"><p:b xmlns:q='"'></p:b></a>`, `<a xmlns:p="urn:'&quot;"><p:b p:c="'"></p:b></a>`, `<a xmlns:p="b"><p:c></p:c></a>`,
	`<a>1 &amp; 2<b>&#xD;</b>]]&gt;<c>></c></a>`, "<a>1\r\n<b></b>\r</a>", `<a>1<!-- 2 -->3<b>4<!-- 5 --></b></a>`, `<a><![CDATA[1]]><b><![CDATA[<]]>2</b></a>`,
	`<a xmlns=""><b xmlns="urn:b"><c xmlns=""></c></b></a>`, `<a xml:lang="zh" xmlns:xml="http://www.w3.org/XML/1998/namespace"><b xml:lang="vi"/></a>`,
}

func TestTreeEqualToEvents(t *testing.T) {
	compared := 0
	for _, in := range signingtest.Files(t, ".xml", ".xsd") {
		if compareWriters(t, in, 12) {
			compared++
		}
	}
	for _, in := range tricky {
		compareWriters(t, []byte(in), 100)
	}
	for _, in := range inForm {
		if !compareWriters(t, []byte(in), 100) {
			t.Errorf("%s is refused", in)
		}
	}
	if compared < 100 {
		t.Errorf("only %d files of testdata compared", compared)
	}
	rapid.Check(t, func(r *rapid.T) {
		var b strings.Builder
		generateElement(r, &b, []string{""}, 0)
		if !compareWriters(r, []byte(b.String()), 100) {
			r.Fatalf("refused: %s", b.String())
		}
	})
}

// pieces are put into documents to make mutants of them.
var pieces = []string{
	"", " ", "  ", "\n", "\r", "\t", "'", `"`, "&#13;", "&amp;", "&quot;", ">", "<!-- -->", "<![CDATA[ ]]>", "<x/>", "<x></x>", ` b="1"`, ` a="&#9;"`,
	` xmlns="urn:x"`, ` xmlns:p="urn:x"`, ` xmlns=""`, ` xmlns:p='urn:y'`, " p:x=''", "p:", ` xmlns:p="x"`, ` xml:lang="zh"`, "/",
}

// TestTreeEqualToEventsOnMutants compares on documents from which something was taken
// and into which something was put, anywhere.
func TestTreeEqualToEventsOnMutants(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 3))
	originals := slices.Clone(inForm)
	for _, in := range tricky {
		originals = append(originals, in)
	}
	slices.Sort(originals)
	compared := 0
	for range 50_000 {
		in := originals[random.IntN(len(originals))]
		for range 1 + random.IntN(3) {
			from := random.IntN(len(in) + 1)
			to := min(len(in), from+random.IntN(3)*random.IntN(2))
			in = in[:from] + pieces[random.IntN(len(pieces))] + in[to:]
		}
		if compareWriters(t, []byte(in), 3) {
			compared++
		}
	}
	if compared < 5_000 {
		t.Errorf("only %d mutants are documents", compared)
	}
	t.Logf("%d mutants compared", compared)
}

// FuzzTree continues to look for a difference.
func FuzzTree(f *testing.F) {
	for _, in := range inForm {
		f.Add([]byte(in))
	}
	for _, in := range tricky {
		f.Add([]byte(in))
	}
	f.Add(signingtest.Document(1_000))
	f.Fuzz(func(t *testing.T, in []byte) { compareWriters(t, in, 8) })
}

// writes counts what is written to it.
type writes struct {
	count int
	last  []byte
}

func (w *writes) Write(b []byte) (int, error) {
	w.count, w.last = w.count+1, b
	return len(b), nil
}

// TestCanonicalIsNotCopied: a document in canonical form is written by its own bytes,
// at once.
func TestCanonicalIsNotCopied(t *testing.T) {
	for _, method := range []c14n.Method{c14n.Exclusive, c14n.Inclusive} {
		in := []byte(canonical(t, string(bytes.ReplaceAll(signingtest.Document(5_000), []byte("&amp;"), nil)), method))
		tree, err := strict.Parse(in, strict.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var w c14n.TreeWriter
		var to writes
		if err := w.Reset(tree, strict.Node{}); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(&to, method); err != nil || to.count != 1 || len(to.last) != len(in) || &to.last[0] != &in[0] {
			t.Errorf("%s: %d writes, the last of %d bytes of %d: %v", method.URI(), to.count, len(to.last), len(in), err)
		}
	}
}

func BenchmarkTree(b *testing.B) {
	tree, err := strict.Parse(signingtest.Document(10_000), strict.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	for _, method := range []c14n.Method{c14n.Exclusive, c14n.Inclusive} {
		b.Run(method.URI()[len(method.URI())-8:], func(b *testing.B) {
			b.SetBytes(int64(len(tree.Bytes())))
			b.ReportAllocs()
			var w c14n.TreeWriter
			var to writes
			for b.Loop() {
				if err := w.Reset(tree, strict.Node{}); err != nil {
					b.Fatal(err)
				}
				if err := w.Write(&to, method); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
