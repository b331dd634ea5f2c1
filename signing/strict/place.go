package strict

import (
	"bytes"
	"sort"
)

// Bytes returns the document.
func (t *Tree) Bytes() []byte { return t.bytes }

// Len returns the number of elements.
func (t *Tree) Len() int { return len(t.elements) - 1 }

// Element returns an element by its number: elements are counted in document order,
// the root having 1.
func (t *Tree) Element(number int32) Node { return Node{t, number} }

// At returns the innermost element around an offset, or none. The start of an end
// tag is within the element, the rest of that tag is not.
func (t *Tree) At(offset int) Node {
	after := sort.Search(t.Len(), func(i int) bool { return int(t.elements[i+1].start) > offset })
	for i := int32(after); i != 0; i = t.elements[i].parent { //nolint:gosec // bounded by the size
		if n := (Node{t, i}); n.Close() >= offset {
			return n
		}
	}
	return Node{}
}

// Spaces returns the namespaces of the document by their numbers in names. They are
// not to be changed.
func (t *Tree) Spaces() []string { return t.spaces }

// Space returns the namespace of an attribute.
func (t *Tree) Space(a Attribute) string { return t.spaces[a.Space] }

// Local returns the local name of an attribute.
func (t *Tree) Local(a Attribute) string { return string(t.bytes[a.Local:a.End]) }

// Value returns the normalised value of an attribute.
func (t *Tree) Value(a Attribute) string {
	raw := t.bytes[a.ValueStart:a.ValueEnd]
	if a.Marks&(HasReference|HasBlank) == 0 {
		return string(raw)
	}
	return string(AppendValue(nil, raw))
}

// Attributes returns the attributes of the element in document order, without its
// namespace declarations. They are not to be changed.
func (n Node) Attributes() []Attribute {
	if !n.Exists() {
		return nil
	}
	e := n.element()
	return n.tree.attributes[e.attributes:e.attributeEnd]
}

// Tree returns the tree that the node is in, or nil.
func (n Node) Tree() *Tree { return n.tree }

// Number returns the number by which [Tree.Element] returns the node; 0 for none.
func (n Node) Number() int32 { return n.index }

// SpaceNumber returns the number of the namespace in [Tree.Spaces].
func (n Node) SpaceNumber() int32 { return n.element().name.Space }

// FirstChild returns the first child element, or none.
func (n Node) FirstChild() Node { return n.at(n.element().first) }

// Next returns the next sibling, or none.
func (n Node) Next() Node { return n.at(n.element().next) }

// Start returns the offset of the start tag.
func (n Node) Start() int { return int(n.element().start) }

// Close returns the offset of the end tag; of an empty-element tag, that of its ">".
func (n Node) Close() int {
	if e := n.element(); !e.empty {
		return int(e.to)
	}
	return int(n.element().from) - 1
}

// End returns the offset behind the element.
func (n Node) End() int { return int(n.element().after) }

// IsEmptyTag reports whether the element is written as an empty-element tag.
func (n Node) IsEmptyTag() bool { return n.element().empty }

// Namespace returns the namespace that a prefix is bound to at the element, or "".
// The empty prefix is that of the default namespace.
func (n Node) Namespace(prefix string) string {
	if prefix == "xml" {
		return string(xmlSpace)
	}
	for ; n.Exists(); n = n.Parent() {
		e := n.element()
		var s Scanner
		s.Reset(n.tree.bytes, Limits{})
		for a := range s.written(int(e.name.End), int(e.from)) {
			if declared, ok := s.declaredPrefix(a.Name); ok && bytes.Equal(declared, []byte(prefix)) {
				return n.tree.Value(a)
			}
		}
	}
	return ""
}
