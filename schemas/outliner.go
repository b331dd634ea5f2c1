package schemas

import (
	"slices"

	"beibu/schemas/internal/grammar"
)

// An outliner holds what is open while an outline is made.
type outliner struct {
	*outline

	stack    []opened
	bindings []binding
	known    map[string]map[string]int32 // names by namespace and local name
}

// An opened element has not ended yet.
type opened struct{ index, last int32 } // its index, and its last child so far

// A binding is a namespace declaration in scope.
type binding struct {
	depth         int
	prefix, space string
}

// add takes the next mark of the document. It returns false at an end tag
// that nothing started.
func (b *outliner) add(m mark) bool {
	switch m.kind {
	case openMark, emptyMark:
		b.start(m)
		if m.kind == emptyMark {
			b.finish(m.end - 1)
		}
	case closeMark:
		if len(b.stack) == 0 {
			return false
		}
		b.finish(m.start)
	case instructionMark:
	}
	return true
}

func (b *outliner) start(m mark) {
	b.bind(m)
	index, parent := short(len(b.elements)), int32(none)
	if depth := len(b.stack); depth > 0 {
		above := &b.stack[depth-1]
		if parent = above.index; above.last == none {
			b.elements[parent].first = index
		} else {
			b.elements[above.last].next = index
		}
		above.last = index
	}
	prefix, local := split(m.name)
	b.stack = append(b.stack, opened{index, none})
	b.elements = append(b.elements, element{
		parent: parent, first: none, next: none, name: b.intern(b.space(prefix), local),
		start: short(m.start), end: short(m.end), open: m.kind == openMark,
	})
}

// bind opens the scope of a start tag's namespace declarations.
func (b *outliner) bind(m mark) {
	depth := len(b.stack) + 1
	for a := range m.each {
		switch prefix, local := split(a.name); {
		case string(prefix) == "xmlns":
			b.bindings = append(b.bindings, binding{depth, string(local), resolve(a.value)})
		case len(prefix) == 0 && string(local) == "xmlns":
			b.bindings = append(b.bindings, binding{depth, "", resolve(a.value)})
		}
	}
}

func (b *outliner) finish(at int) {
	depth := len(b.stack)
	b.elements[b.stack[depth-1].index].close = short(at)
	b.stack = b.stack[:depth-1]
	for len(b.bindings) > 0 && b.bindings[len(b.bindings)-1].depth == depth {
		b.bindings = b.bindings[:len(b.bindings)-1]
	}
}

func (b *outliner) space(prefix []byte) string {
	for _, v := range slices.Backward(b.bindings) {
		if v.prefix == string(prefix) {
			return v.space
		}
	}
	if string(prefix) == "xml" {
		return "http://www.w3.org/XML/1998/namespace"
	}
	return ""
}

func (b *outliner) intern(space string, local []byte) int32 {
	locals := b.known[space]
	if locals == nil {
		locals = make(map[string]int32)
		b.known[space] = locals
	}
	if index, ok := locals[string(local)]; ok {
		return index
	}
	index := short(len(b.names))
	b.names = append(b.names, grammar.Name{Space: space, Local: string(local)})
	locals[string(local)] = index
	return index
}
