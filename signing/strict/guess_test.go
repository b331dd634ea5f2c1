package strict_test

import (
	"strings"
	"testing"

	"beibu/signing/strict"
)

// A document with a fault has a tree of what can be made out of it, before the fault
// and after it.
func TestParseFaulty(t *testing.T) {
	for _, c := range []struct{ name, in, code, want string }{
		{"good", "<a><b/>x</a>", "", "a(b)"},
		{"not closed", "<a><b>x<c/>", "xml.syntax", "a(b(c))"},
		{"wrong end tag", "<a><b>x</c><d/></a>", "xml.syntax", "a(b d)"},
		{"reference", "<a><b>&x;</b><b/></a>", "xml.syntax", "a(b b)"},
		{"instruction", "<a><b/><?x?><c/></a>", "xml.pi", "a(b c)"},
		{"comment", "<a><!-- -- <x/> --><c/></a>", "xml.syntax", "a(c)"},
		{"not UTF-8", "<a><b>\xe6</b><c/></a>", "xml.encoding", "a(b c)"},
		{"not UTF-8 in a tag", "<a xmlns='u'><b c='\xe6'/><c/></a>", "xml.encoding", "u:a(u:b u:c)"},
		{"attribute twice", "<a xmlns='u' b='1' b='2'><c/></a>", "xml.duplicate-attribute", "u:a(u:c)"},
		{"prefix", "<a xmlns:p='u'><q:b><p:c/></q:b></a>", "xml.namespace", "a(b(u:c))"},
		{"namespace by reference", "<a xmlns='u&#x76;' b=1/>", "xml.syntax", "uv:a"},
		{"scope", "<a xmlns='u'><b xmlns='v'>&x;</b><c/></a>", "xml.syntax", "u:a(v:b u:c)"},
		{"second root", "<a/><b/>", "xml.syntax", "a"},
		{"no tag", "hello", "xml.syntax", ""},
		{"DTD", "<!DOCTYPE a><a/>", "xml.dtd", ""},
		{"ends in a tag", "<a", "xml.syntax", ""},
	} {
		tree, fault := strict.ParseFaulty([]byte(c.in), strict.Limits{})
		code := ""
		if fault != nil {
			code = fault.Code
		}
		if got := named(tree.Root()); got != c.want || code != c.code {
			t.Errorf("%s: %q: %s %s, want %s %s", c.name, c.in, code, got, c.code, c.want)
		}
	}
}

// named writes the names of an element and of all below it.
func named(n strict.Node) string {
	text := n.Local()
	if n.Space() != "" {
		text = n.Space() + ":" + text
	}
	var children []string
	for child := range n.Children() {
		children = append(children, named(child))
	}
	if len(children) > 0 {
		text += "(" + strings.Join(children, " ") + ")"
	}
	return text
}

// At finds the innermost element around an offset.
func TestAt(t *testing.T) {
	in := "<a><b x='1'>t</b><c/></a>"
	tree := parse(t, in)
	for offset, want := range map[int]string{
		0: "/a", 3: "/a/b", 5: "/a/b", 12: "/a/b", 13: "/a/b", 14: "/a", 17: "/a/c", 20: "/a/c", 21: "/a", 22: "", 25: "",
	} {
		if got := tree.At(offset).Path(); got != want {
			t.Errorf("at %d of %s: %q, want %q", offset, in, got, want)
		}
	}
}

// A node says where its tags are, which attributes it has, and what a prefix means.
func TestPlaces(t *testing.T) {
	tree := parse(t, "<p:a xmlns:p='u' xmlns='d' p:x='1' y='a&amp;b'><b xmlns:p='v'/></p:a>")
	root := tree.Root()
	b := root.FirstChild()
	if root.Start() != 0 || root.Close() != 63 || root.End() != 69 || b.Start() != 47 || b.Close() != 62 || b.End() != 63 ||
		root.IsEmptyTag() || !b.IsEmptyTag() || b.Next().Exists() || tree.Element(b.Number()) != b {
		t.Errorf("%d %d %d, %d %d %d", root.Start(), root.Close(), root.End(), b.Start(), b.Close(), b.End())
	}
	var got []string
	for _, a := range root.Attributes() {
		got = append(got, tree.Space(a)+":"+tree.Local(a)+"="+tree.Value(a))
	}
	if strings.Join(got, " ") != "u:x=1 :y=a&b" {
		t.Error(got)
	}
	if b.Namespace("p") != "v" || b.Namespace("") != "d" || root.Namespace("p") != "u" || root.Namespace("q") != "" {
		t.Errorf("%q %q %q", b.Namespace("p"), b.Namespace(""), root.Namespace("p"))
	}
}
