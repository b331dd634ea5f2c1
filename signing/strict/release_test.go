package strict_test

import (
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
