package c14n_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"beibu/signing/c14n"
	"beibu/signing/signingtest"
	"beibu/signing/strict"

	"github.com/beevik/etree"
)

// roomy lets large files through: the comparison is about form, not limits.
var roomy = strict.Limits{Depth: 1 << 10, Attributes: 1 << 10, Namespaces: 1 << 10, Elements: 1 << 24}

// withoutComments takes comments out of a document, for xmllint writes the
// canonical form with comments.
func withoutComments(t testing.TB, in []byte) []byte {
	t.Helper()
	var s strict.Scanner
	s.Reset(in, roomy)
	var out []byte
	from := 0
	for s.Next() {
		if start, end := s.Span(); s.Kind() == strict.Comment {
			out = append(out, in[from:start]...)
			from = end
		}
	}
	return append(out, in[from:]...)
}

// equalToXMLLint compares both forms of one document with libxml2's. It reports
// whether there was something to compare.
func equalToXMLLint(t *testing.T, xmllint, name string, in []byte) bool {
	t.Helper()
	compared := false
	for method, flag := range map[c14n.Method]string{c14n.Exclusive: "--exc-c14n", c14n.Inclusive: "--c14n"} {
		var got bytes.Buffer
		if err := c14n.Document(&got, in, method, roomy); err != nil {
			continue // not for us: DTD, other encodings and so on; the reader's tests look at those
		}
		tree, err := strict.Parse(in, roomy)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := fromTree(tree, 0, method); err != nil || again != got.String() {
			t.Errorf("%s: %s of the tree is another: %v", name, flag, err)
		}
		cmd := exec.CommandContext(t.Context(), xmllint, flag, "--huge", "--nonet", "-")
		cmd.Stdin = bytes.NewReader(withoutComments(t, in))
		want, err := cmd.Output()
		if err != nil {
			t.Errorf("%s: xmllint %s refuses what was accepted: %v", name, flag, err)
			continue
		}
		compared = true
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s: %s differs from libxml2's from byte %d on", name, flag, firstDifference(got.Bytes(), want))
		}
	}
	return compared
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

func TestEqualToXMLLintOnTestdata(t *testing.T) {
	xmllint := signingtest.Tool(t, "xmllint")
	compared := 0
	for path, in := range signingtest.Files(t, ".xml", ".xsd") {
		if equalToXMLLint(t, xmllint, path, in) {
			compared++
		}
	}
	for name, in := range tricky {
		equalToXMLLint(t, xmllint, name, []byte(in))
	}
	t.Logf("%d files of testdata compared", compared)
}

// tricky are documents that are hard to write canonically.
var tricky = map[string]string{
	"values":     "<a b='1\r\n2\r3\t&#9;&#10;&#13;\"&lt;>&amp;&apos;' c=' '/>",
	"text":       "<a>1\r\n2\r&#13;&#10;&gt;>\"&lt;&amp;<![CDATA[<&>\r\n\r]]>]]&gt;</a>",
	"namespaces": `<p:a xmlns:p="urn:1" xmlns="urn:d" xmlns:q="urn:q"><p:b xmlns:p="urn:2" xmlns=""><c q:x="" p:x="" x=""/><p:c xmlns:p="urn:1" xmlns="urn:d"><d/></p:c></p:b><e xmlns=""/></p:a>`,
	"sorting":    `<a xmlns:z="urn:a" xmlns:a="urn:z" xmlns:m="urn:a" a:x="1" z:y="2" b="3" z:b="4" m:c="5" xml:lang="zh" xmlns="http://zzz"/>`,
	"xml":        `<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="zh" xml:space="preserve"><b xml:lang=""/></a>`,
	"han":        "<货物 名='值，'>\U00020000&#x20000;，</货物>",
}

// TestEqualToXMLLintOnTheMachine compares XML files below the folders named by
// BEIBU_XML_CORPUS, such as /usr/share. There may be very many: a sample of
// BEIBU_XML_CORPUS_FILES is taken, evenly over all, or every one if it is 0.
func TestEqualToXMLLintOnTheMachine(t *testing.T) {
	corpus := os.Getenv("BEIBU_XML_CORPUS")
	if corpus == "" {
		signingtest.Missing(t, "BEIBU_XML_CORPUS names no folders whose XML files could be compared with xmllint")
	}
	xmllint := signingtest.Tool(t, "xmllint")
	all := xmlFiles(t, filepath.SplitList(corpus))
	n := sampleSize(t, len(all))
	compared, others := 0, 0
	for i := range n {
		path := all[i*len(all)/n]
		in, err := os.ReadFile(path)
		if err != nil {
			continue // another's file, or gone
		}
		if equalToXMLLint(t, xmllint, path, in) {
			compared++
		} else {
			others++
		}
	}
	if compared == 0 {
		t.Errorf("of %d files none was compared", len(all))
	}
	t.Logf("%d of %d files compared, %d not for us", compared, len(all), others)
}

// xmlFiles finds the files below folders whose names say that they are XML.
func xmlFiles(t *testing.T, folders []string) (all []string) {
	t.Helper()
	endings := []string{".xml", ".xsd", ".svg", ".xsl", ".xslt", ".rng", ".wsdl", ".xhtml", ".docbook"}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && slices.Contains(endings, filepath.Ext(path)) {
				all = append(all, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// sampleSize is how many of so many files are compared.
func sampleSize(t *testing.T, files int) int {
	t.Helper()
	text := os.Getenv("BEIBU_XML_CORPUS_FILES")
	if text == "" {
		return min(files, 1000)
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 0 {
		t.Fatalf("BEIBU_XML_CORPUS_FILES=%q is no number of files", text)
	}
	if limit == 0 {
		return files
	}
	return min(files, limit)
}

// FuzzDocument holds the canonical form to being its own canonical form, and
// to reading the same as the document in another parser.
func FuzzDocument(f *testing.F) {
	for _, in := range tricky {
		f.Add([]byte(in))
	}
	f.Add(signingtest.Document(2_000))
	for _, in := range signingtest.Files(f, ".xml") {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, method := range []c14n.Method{c14n.Exclusive, c14n.Inclusive} {
			var once, twice bytes.Buffer
			if err := c14n.Document(&once, in, method, strict.Limits{}); err != nil {
				return
			}
			if err := c14n.Document(&twice, once.Bytes(), method, strict.Limits{}); err != nil {
				t.Fatalf("canonical form %q of %q is refused: %v", once.Bytes(), in, err)
			}
			if !bytes.Equal(once.Bytes(), twice.Bytes()) {
				t.Fatalf("not idempotent:\nonce  %q\ntwice %q", once.Bytes(), twice.Bytes())
			}
			if a, b := texts(t, in), texts(t, once.Bytes()); a != b {
				t.Fatalf("text changed: %q to %q", a, b)
			}
		}
	})
}

// texts joins all character data, as etree reads it. It keeps the names of XML
// 1.0 before its fifth edition, so it refuses some documents that are good: those
// it must refuse in canonical form too.
func texts(t *testing.T, in []byte) string {
	t.Helper()
	d := etree.NewDocument()
	if err := d.ReadFromBytes(in); err != nil {
		return "refused"
	}
	var b strings.Builder
	for _, e := range d.FindElements("//*") {
		for _, c := range e.Child {
			if text, ok := c.(*etree.CharData); ok {
				b.WriteString(text.Data)
			}
		}
		b.WriteByte('|')
	}
	return b.String()
}

func BenchmarkExclusive(b *testing.B) {
	document := signingtest.Document(10_000)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	var s strict.Scanner
	var w c14n.Writer
	for b.Loop() {
		s.Reset(document, strict.Limits{})
		w.Reset(io.Discard, c14n.Exclusive)
		for s.Next() {
			w.Take(&s)
		}
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
	}
}
