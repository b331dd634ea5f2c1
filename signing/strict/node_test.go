package strict_test

import (
	"slices"
	"testing"

	"beibu/signing/strict"
)

const carnet = `<?xml version="1.0"?>
<c:Carnet xmlns:c="urn:c" xmlns="urn:d">
  <Holder kind=" a&#x9;b
c " c:kind="other">  港务 &amp; <!-- x --> 集团<![CDATA[ <&]]>&gt;` + "\r\nz" + `  </Holder>
  <Shipment><Note>1</Note></Shipment>
  <Shipment>
    <Item><ID>A</ID></Item>
    <Item xmlns="urn:e"><ID>B</ID><ID>C</ID></Item>
  </Shipment>
  <Empty/><Blank> </Blank>
</c:Carnet>`

func parse(t *testing.T, in string) *strict.Tree {
	t.Helper()
	tree, err := strict.Parse([]byte(in), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestNodeNamesAndText(t *testing.T) {
	root := parse(t, carnet).Root()
	if root.Local() != "Carnet" || root.Space() != "urn:c" {
		t.Errorf("root is {%s}%s", root.Space(), root.Local())
	}
	holder := root.Find("Holder")
	if holder.Space() != "urn:d" {
		t.Errorf("Holder is in %q", holder.Space())
	}
	if got, want := holder.Text(), "港务 &  集团 <&>\nz"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
	if got, want := holder.Attr("kind"), " a\tb c "; got != want {
		t.Errorf("Attr(kind) = %q, want %q", got, want)
	}
	if got := holder.Attr("missing"); got != "" {
		t.Errorf("Attr(missing) = %q", got)
	}
	for _, path := range []string{"Empty", "Blank", "Shipment"} {
		if got := root.Find(path).Text(); got != "" {
			t.Errorf("Text of %s = %q", path, got)
		}
	}
}

func TestNodeTextSkipsTrickyComments(t *testing.T) {
	root := parse(t, "<a>1<!-->-->2<b>x</b><!--<b>-->3<![CDATA[]]]]>4<b/>5</a>").Root()
	if got, want := root.Text(), "123]]45"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

func TestNodeFind(t *testing.T) {
	root := parse(t, carnet).Root()
	if got := root.Find("Shipment/Item/ID"); got.Text() != "A" {
		t.Errorf("Find goes past a branch without the path: got %q, want A", got.Text())
	}
	var ids []string
	for id := range root.All("Shipment/*/ID") {
		ids = append(ids, id.Text()+" "+id.Path())
	}
	want := []string{
		"A /Carnet/Shipment[2]/Item[1]/ID",
		"B /Carnet/Shipment[2]/Item[2]/ID[1]",
		"C /Carnet/Shipment[2]/Item[2]/ID[2]",
	}
	if !slices.Equal(ids, want) {
		t.Errorf("All = %q, want %q", ids, want)
	}
	for id := range root.All("Shipment/Item/ID") { // stops when yield returns false
		if id.Text() != "A" {
			t.Error("All went on after break")
		}
		break
	}
	children := slices.Collect(root.Children())
	if len(children) != 5 || !slices.IsSortedFunc(children, strict.Node.Compare) {
		t.Errorf("Children are %d, or out of order", len(children))
	}
	for _, child := range children {
		if child.Parent() != root {
			t.Errorf("Parent of %s is not the root", child.Path())
		}
	}
	if root.Parent().Exists() {
		t.Error("the root has a parent")
	}
}

func TestNodePosition(t *testing.T) {
	root := parse(t, carnet).Root()
	if line, column := root.Position(); line != 2 || column != 1 {
		t.Errorf("root at %d:%d", line, column)
	}
	if line, column := root.Find("Shipment/Item").Position(); line != 8 || column != 5 {
		t.Errorf("Item at %d:%d, want 8:5", line, column)
	}
}

func TestNoNode(t *testing.T) {
	none := parse(t, "<a/>").Root().Find("b")
	line, column := none.Position()
	if none.Exists() || none.Local() != "" || none.Space() != "" || none.Text() != "" || none.Attr("x") != "" ||
		none.Path() != "" || none.Find("x").Exists() || none.Parent().Exists() || line != 0 || column != 0 ||
		len(slices.Collect(none.Children())) != 0 {
		t.Error("a node that is not there has something")
	}
	if (*strict.Tree)(nil).Root().Exists() {
		t.Error("no tree has a root")
	}
}

func TestIs(t *testing.T) {
	tree, err := strict.Parse([]byte("<a> x&amp;y <b/><c>\n1 </c></a>"), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{"b": "", "c": "1", "d": ""} {
		if n := tree.Root().Find(path); !n.Is(text) || n.Is(text+"1") {
			t.Errorf("%s is not %q, or is more", path, text)
		}
	}
	if root := tree.Root(); !root.Is("x&y") || root.Is("x&amp;y") {
		t.Error("the root is not its text, decoded and without white space around it")
	}
}

func TestContains(t *testing.T) {
	tree, err := strict.Parse([]byte("<a><b><c/></b><d/></a>"), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	a := tree.Root()
	b, c, d := a.Find("b"), a.Find("b/c"), a.Find("d")
	for _, inside := range [][2]strict.Node{{a, b}, {a, c}, {a, d}, {b, c}} {
		if !inside[0].Contains(inside[1]) || inside[1].Contains(inside[0]) {
			t.Errorf("%s and %s: wrong", inside[0].Path(), inside[1].Path())
		}
	}
	var none strict.Node
	if b.Contains(d) || b.Contains(b) || none.Contains(a) || a.Contains(none) {
		t.Error("an element contains itself, a sibling, or none")
	}
}
