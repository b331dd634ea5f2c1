package strict

import "slices"

// Untidy says which parts of an element are not written as canonical form writes
// them. It is seen while the document is read, so that whoever writes the canonical
// form can copy all else as it is.
type Untidy uint8

// The parts of an element.
const (
	// UntidyStart is a start tag with a reference or a line break in a value, with
	// other quotes than '"', with white space beyond one space before each attribute,
	// or of an empty-element tag. The order of the attributes does not count.
	UntidyStart Untidy = 1 << iota
	UntidyEnd          // an end tag with white space in it, or none
	UntidyText         // text directly in the element: a reference, '>', CR, CDATA or a comment in it
)

// A Declaration is an attribute that declares a namespace, whose number is its Space.
type Declaration struct {
	Attribute
	Element int32 // number of the element that has it
}

// Prefix returns the prefix that a declaration is for, empty for the default namespace.
func (t *Tree) Prefix(d Declaration) []byte {
	if !d.HasPrefix() {
		return nil
	}
	return t.bytes[d.Local:d.End]
}

// Declarations returns the namespace declarations of all elements in document order.
// They are not to be changed.
func (t *Tree) Declarations() []Declaration { return t.declarations }

// Comment returns the offset of the first comment, or -1.
func (t *Tree) Comment() int { return t.comment }

// Sound reports whether the document has no fault, as all that [Parse] returns.
func (t *Tree) Sound() bool { return t != nil && !t.faulty }

// Untidy returns which parts of the element are not written canonically.
func (n Node) Untidy() Untidy { return n.element().untidy }

// Name returns the name of the element.
func (n Node) Name() Name { return n.element().name }

// ResetAt makes the scanner ready to read a sound tree again from an element on, with
// what is around it: Depth, Ancestor and Bindings are those that they were.
func (s *Scanner) ResetAt(n Node) {
	t := n.tree
	s.Reset(t.bytes, t.limits)
	s.started, s.rootSeen, s.pos = true, n.Parent().Exists(), n.Start()
	s.reopen(n.Parent())
}

// reopen opens an element and all around it.
func (s *Scanner) reopen(n Node) {
	if !n.Exists() {
		return
	}
	s.reopen(n.Parent())
	e := n.element()
	s.open = append(s.open, openElement{name: e.name, bindings: int32(len(s.bindings))}) //nolint:gosec // bounded by Limits
	for _, d := range n.declarations() {
		s.bind(n.tree.Prefix(d), d.Attribute)
	}
	s.lookUp(&s.open[len(s.open)-1].name)
}

// declarations returns those of the element.
func (n Node) declarations() []Declaration {
	all := n.tree.declarations
	from, _ := slices.BinarySearchFunc(all, n.index, func(d Declaration, element int32) int { return int(d.Element - element) })
	to := from
	for to < len(all) && all[to].Element == n.index {
		to++
	}
	return all[from:to]
}

// From returns the offset behind the start tag.
func (n Node) From() int { return int(n.element().from) }

// To returns the offset at which the end tag starts, or would if there were one.
func (n Node) To() int { return int(n.element().to) }
