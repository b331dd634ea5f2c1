package acceptor

import (
	"beibu/schemas/internal/grammar"
	"beibu/signing/strict"
)

const (
	schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"
	xmlNamespace   = "http://www.w3.org/XML/1998/namespace"
)

// Numbers of namespaces that the schema does not name.
const (
	foreign  int32 = -1
	instance int32 = -2
)

// Bounds of what is looked at. Documents beyond them are the engine's.
const (
	mostSpaces      = 64
	mostIdentifiers = 64
	longestID       = 256
)

// A walk is one over a document, and the scratch space for the next.
type walk struct {
	acceptor    *Acceptor
	tree        *strict.Tree
	spaces      []int32 // numbers of the document's namespaces, by theirs in the tree
	buffer      []byte  // of a text with references in it
	identifiers []byte  // all xs:ID, a line feed behind each
	ids         int
}

// begin makes the walk ready for a document.
func (w *walk) begin(tree *strict.Tree) bool {
	w.tree, w.spaces, w.identifiers, w.ids = tree, w.spaces[:0], w.identifiers[:0], 0
	spaces := tree.Spaces()
	if len(spaces) > mostSpaces {
		return false
	}
	for _, space := range spaces {
		number, ok := w.acceptor.spaces[space]
		switch {
		case space == "":
			number = 0
		case space == schemaInstance:
			number = instance
		case !ok:
			number = foreign
		}
		w.spaces = append(w.spaces, number)
	}
	return true
}

// end keeps the scratch space for the next document, and nothing of this one.
func (w *walk) end() {
	const kept = 1 << 16
	if w.tree = nil; cap(w.buffer) <= kept {
		w.acceptor.idle.Put(w)
	}
}

// element reports whether an element, with all that it holds, is valid for sure.
func (w *walk) element(n strict.Node, of *content) bool {
	if of.anything {
		return w.undeclared(n)
	}
	if of.doubtful || !w.attributes(n, of) {
		return false
	}
	if of.text != nil {
		return !n.FirstChild().Exists() && w.text(n, of.text)
	}
	if !of.mixed && n.HasText() {
		return false
	}
	state := 0
	for child := n.FirstChild(); child.Exists(); child = child.Next() {
		var next *content
		if next, state = w.child(child, of, state); next == nil || !w.element(child, next) {
			return false
		}
	}
	return of.automaton.Accepts[state]
}

// child returns what a child may have and the state behind it, or nil if it may not
// come in a state.
func (w *walk) child(child strict.Node, of *content, state int) (*content, int) {
	local := child.Local()
	if number := of.names.find(local, w.spaces[child.SpaceNumber()]); number >= 0 {
		if next, ok := of.automaton.Step(state, number); ok {
			return of.children[number], next
		}
	}
	for _, other := range of.automaton.Others[state] {
		if space := child.Space(); other.Allows(space) {
			next, declared := w.acceptor.roots[grammar.Name{Space: space, Local: local}]
			if !declared && other.Lax {
				next = anything
			}
			return next, other.Next
		}
	}
	return nil, 0
}

// undeclared reports whether an element that no schema declares is valid for sure: it is
// if what is declared in it is.
func (w *walk) undeclared(n strict.Node) bool {
	for _, a := range n.Attributes() {
		switch space := w.spaces[a.Space]; {
		case space == instance && w.isLocation(a):
		case space == foreign && w.tree.Space(a) != xmlNamespace:
		case space == 0 && !w.acceptor.bare:
		default:
			return false
		}
	}
	for child := n.FirstChild(); child.Exists(); child = child.Next() {
		next, declared := w.acceptor.roots[grammar.Name{Space: child.Space(), Local: child.Local()}]
		if !declared {
			next = anything
		}
		if !w.element(child, next) {
			return false
		}
	}
	return true
}

// attributes reports whether the attributes of an element are valid for sure.
func (w *walk) attributes(n strict.Node, of *content) bool {
	var seen uint64
	for _, a := range n.Attributes() {
		space := w.spaces[a.Space]
		if space == instance {
			if !w.isLocation(a) {
				return false
			}
			continue
		}
		number := w.declared(a, space, of.attributes)
		if number < 0 || !w.value(a, of.attributes[number].text) {
			return false
		}
		seen |= 1 << number
	}
	return of.required&^seen == 0
}

// declared returns the number of an attribute among those of a type, or -1.
func (w *walk) declared(a strict.Attribute, space int32, among []attribute) int {
	local := w.tree.Bytes()[a.Local:a.End]
	for i := range among {
		if among[i].space == space && string(local) == among[i].local {
			return i
		}
	}
	return -1
}

// isLocation reports whether an attribute says where a schema is, which is taken from
// a document before the engine reads it.
func (w *walk) isLocation(a strict.Attribute) bool {
	switch string(w.tree.Bytes()[a.Local:a.End]) {
	case "schemaLocation", "noNamespaceSchemaLocation":
		return true
	}
	return false
}

func (w *walk) value(a strict.Attribute, of *text) bool {
	if a.Marks&(strict.HasReference|strict.HasBlank) == 0 {
		return of.allows(w.tree.Bytes()[a.ValueStart:a.ValueEnd], w)
	}
	w.buffer = strict.AppendValue(w.buffer[:0], w.tree.Bytes()[a.ValueStart:a.ValueEnd])
	return of.allows(w.buffer, w)
}

// text reports whether the content of an element without children is valid for sure.
func (w *walk) text(n strict.Node, of *text) bool {
	plain, ok := n.Plain()
	if !ok {
		w.buffer = n.AppendContent(w.buffer[:0])
		plain = w.buffer
	}
	return of.allows(plain, w)
}
