package c14n_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"beibu/signing/c14n"
	"beibu/signing/strict"
)

func canonical(t *testing.T, in string, method c14n.Method) string {
	t.Helper()
	var out bytes.Buffer
	if err := c14n.Document(&out, []byte(in), method, strict.Limits{}); err != nil {
		t.Fatalf("Document(%q) = %v", in, err)
	}
	return out.String()
}

// TestDocument has the cases that other implementations get wrong, among them.
func TestDocument(t *testing.T) {
	for _, c := range []struct{ name, in, exclusive, inclusive string }{
		{
			"line ends and references in values", "<a b='1\r\n2\r3\t&#9;&#10;&#13;\"&lt;>&amp;&apos;'/>",
			`<a b="1 2 3 &#x9;&#xA;&#xD;&quot;&lt;>&amp;'"></a>`, "",
		},
		{
			"text", "<a>1\r\n2\r&#13;&#10;&gt;>\"&lt;&amp;<![CDATA[<&>\r\n\r]]></a>",
			"<a>1\n2\n&#xD;\n&gt;&gt;\"&lt;&amp;&lt;&amp;&gt;\n\n</a>", "",
		},
		{"comments and declaration are left out", "<?xml version='1.0'?><!-- 1 -->\n<a>1<!-- 2 -->2</a>\n<!-- 3 -->", "<a>12</a>", ""},
		{
			"attributes by namespace", `<a xmlns:z="urn:a" xmlns:a="urn:z" a:x="1" z:y="2" b="3" z:b="4"/>`,
			`<a xmlns:a="urn:z" xmlns:z="urn:a" b="3" z:b="4" z:y="2" a:x="1"></a>`, "",
		},
		{
			"declarations that are not used", `<a xmlns="urn:d" xmlns:p="urn:p"><b xmlns:q="urn:q"><p:c/></b></a>`,
			`<a xmlns="urn:d"><b><p:c xmlns:p="urn:p"></p:c></b></a>`,
			`<a xmlns="urn:d" xmlns:p="urn:p"><b xmlns:q="urn:q"><p:c></p:c></b></a>`,
		},
		{
			"declarations that say nothing new", `<a xmlns="urn:d" xmlns:p="urn:u"><b xmlns="urn:d" xmlns:p="urn:u" p:x=""/></a>`,
			`<a xmlns="urn:d"><b xmlns:p="urn:u" p:x=""></b></a>`,
			`<a xmlns="urn:d" xmlns:p="urn:u"><b p:x=""></b></a>`,
		},
		{
			"default namespace taken back", `<a xmlns="urn:d"><b xmlns=""><c xmlns=""/></b></a>`,
			`<a xmlns="urn:d"><b xmlns=""><c></c></b></a>`, "",
		},
		{
			"no default namespace to take back", `<a xmlns=""><p:b xmlns:p="urn:p" xmlns=""><c/></p:b></a>`,
			`<a><p:b xmlns:p="urn:p"><c></c></p:b></a>`, "",
		},
		{
			"default not used by a prefixed element", `<p:a xmlns:p="urn:p" xmlns="urn:d"><b/></p:a>`,
			`<p:a xmlns:p="urn:p"><b xmlns="urn:d"></b></p:a>`,
			`<p:a xmlns="urn:d" xmlns:p="urn:p"><b></b></p:a>`,
		},
		{
			"prefix bound again", `<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"><p:c xmlns:p="urn:1"/></p:b><p:d/></p:a>`,
			`<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"><p:c xmlns:p="urn:1"></p:c></p:b><p:d></p:d></p:a>`, "",
		},
		{
			"xml namespace is not declared", `<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="zh" b=""/>`,
			`<a b="" xml:lang="zh"></a>`, "",
		},
		{"namespace name with reference", `<p:a xmlns:p="urn:x?a=1&amp;b=&quot;"/>`, `<p:a xmlns:p="urn:x?a=1&amp;b=&quot;"></p:a>`, ""},
		{"beyond ASCII", "<货物 名='值，'>\U00020000&#x20000;，</货物>", "<货物 名=\"值，\">\U00020000\U00020000，</货物>", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := canonical(t, c.in, c14n.Exclusive); got != c.exclusive {
				t.Errorf("exclusive:\n got %q\nwant %q", got, c.exclusive)
			}
			want := c.inclusive
			if want == "" {
				want = c.exclusive
			}
			if got := canonical(t, c.in, c14n.Inclusive); got != want {
				t.Errorf("inclusive:\n got %q\nwant %q", got, want)
			}
		})
	}
}

func TestLongTextIsWrittenWhole(t *testing.T) {
	long := strings.Repeat("0123456789 文", 5000)
	for _, method := range []c14n.Method{c14n.Exclusive, c14n.Inclusive} {
		in := "<a><b>" + long + "</b>" + strings.Repeat("<c>x</c>", 3000) + "&amp;" + long + "</a>"
		if got := canonical(t, in, method); got != in {
			t.Errorf("%s: canonical form differs from a document that was canonical", method.URI())
		}
	}
}

func TestRelativeNamespaceIsRefused(t *testing.T) {
	for _, in := range []string{`<a xmlns="b"/>`, `<a><b xmlns:p="./c"/></a>`, `<a xmlns:p="//x"/>`, `<a xmlns=":x"/>`, `<a xmlns="1:x"/>`} {
		for _, method := range []c14n.Method{c14n.Exclusive, c14n.Inclusive} {
			err := c14n.Document(&bytes.Buffer{}, []byte(in), method, strict.Limits{})
			if !errors.Is(err, c14n.ErrRelativeNamespace) {
				t.Errorf("Document(%q) = %v, want %v", in, err, c14n.ErrRelativeNamespace)
			}
		}
	}
}

// part writes the element with this local name inside in.
func part(t *testing.T, in, apex string, method c14n.Method) string {
	t.Helper()
	var s strict.Scanner
	var w c14n.Writer
	var out bytes.Buffer
	s.Reset([]byte(in), strict.Limits{})
	w.Reset(&out, method)
	inside := 0
	for s.Next() {
		n := s.Name()
		if s.Kind() == strict.StartElement {
			if inside > 0 || string(s.Bytes(n.Local, n.End)) == apex {
				inside++
			} else {
				inherit(&s, &w)
			}
		}
		if inside > 0 {
			w.Take(&s)
		}
		if s.Kind() == strict.EndElement && inside > 0 {
			if inside--; inside == 0 {
				break
			}
		}
	}
	if err := errors.Join(s.Err(), w.Flush()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func inherit(s *strict.Scanner, w *c14n.Writer) {
	for _, a := range s.Attributes() {
		if string(s.Space(a.Space)) == "http://www.w3.org/XML/1998/namespace" {
			w.Inherit(s.Bytes(a.Local, a.End), s.Bytes(a.ValueStart, a.ValueEnd))
		}
	}
}

func TestPart(t *testing.T) {
	const in = `<r xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q" xml:lang="zh" xml:space="preserve" p:z="">` +
		`<m xmlns:q="urn:q2" xml:lang="vi"><s z="1" xml:space="default"><p:t/><u xmlns:q="urn:q2"/></s></m></r>`
	if got, want := part(t, in, "s", c14n.Exclusive),
		`<s xmlns="urn:d" z="1" xml:space="default"><p:t xmlns:p="urn:p"></p:t><u></u></s>`; got != want {
		t.Errorf("exclusive:\n got %s\nwant %s", got, want)
	}
	if got, want := part(t, in, "s", c14n.Inclusive),
		`<s xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q2" z="1" xml:lang="vi" xml:space="default"><p:t></p:t><u></u></s>`; got != want {
		t.Errorf("inclusive:\n got %s\nwant %s", got, want)
	}
	const bare = `<r xml:space="preserve" xml:lang="zh&quot;"><m xml:base='b'><s xmlns:z="urn:z" a="1" z:b="2"/></m></r>`
	if got, want := part(t, bare, "s", c14n.Inclusive),
		`<s xmlns:z="urn:z" a="1" xml:base="b" xml:lang="zh&quot;" xml:space="preserve" z:b="2"></s>`; got != want {
		t.Errorf("inclusive, all inherited:\n got %s\nwant %s", got, want)
	}
}
