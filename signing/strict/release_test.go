package strict_test

import (
	"strconv"
	"strings"
	"testing"

	"beibu/signing/strict"
)

// A tree that was released cannot be read, so that nobody takes another document for
// it. Strings that were read from it are what they were.
func TestReleasedTreeIsNotRead(t *testing.T) {
	tree := parse(t, carnet)
	holder := tree.Root().Find("Holder")
	kind, name, space := holder.Attr("kind"), holder.Local(), holder.Space()
	tree.Release()
	tree.Release() // does nothing

	other := parse(t, strings.ReplaceAll(carnet, "Holder", "Keeper"))
	for what, read := range map[string]func(){
		"text":       func() { holder.Text() },
		"name":       func() { holder.Local() },
		"attribute":  func() { holder.Attr("kind") },
		"child":      func() { holder.Find("ID") },
		"of tree":    func() { tree.Element(1).Local() },
		"namespaces": func() { holder.Space() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s of a released tree was read", what)
				}
			}()
			read()
		}()
	}
	if tree.Root().Exists() {
		t.Error("a released tree has a root")
	}
	if kind != " a\tb c " || name != "Holder" || space != "urn:d" {
		t.Errorf("what was read is %q, %q, %q now", kind, name, space)
	}
	if !other.Root().Find("Keeper").Exists() {
		t.Error("the next tree is not that of its document")
	}
	(*strict.Tree)(nil).Release() // of a document that has none
}

// A tree has memory of its own, also if it was given what a tree before it had: documents
// that are parsed later do not show in it.
func TestTreesShareNoMemory(t *testing.T) {
	document := func(name string) []byte {
		return []byte(strings.Repeat("<"+name+` n="1" xmlns:`+name+`="urn:`+name+`">`, 20) + strings.Repeat("</"+name+">", 20))
	}
	parse := func(name string) *strict.Tree {
		tree, err := strict.Parse(document(name), strict.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return tree
	}
	kept := make(map[string]*strict.Tree)
	for i := range 20 {
		parse("gone").Release()
		name := "kept" + strconv.Itoa(i)
		kept[name] = parse(name)
	}
	for name, tree := range kept {
		depth := 0
		for n := tree.Root(); n.Exists(); n = n.FirstChild() {
			if depth++; n.Local() != name || n.Attr("n") != "1" || n.Namespace(name) != "urn:"+name {
				t.Fatalf("%s holds %s, in which %s is %q", name, n.Local(), name, n.Namespace(name))
			}
		}
		if depth != 20 {
			t.Errorf("%s has %d elements", name, depth)
		}
	}
}
