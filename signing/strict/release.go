package strict

import "sync"

// memory is what a tree takes, empty, for the next tree.
type memory struct {
	elements     []element
	attributes   []Attribute
	declarations []Declaration
}

var memories = sync.Pool{New: func() any { return new(memory) }}

// Release lets the next tree have the memory of this one. Strings that were read from
// the tree remain valid. The tree and its nodes may not be read any more: that panics,
// and never shows the next document.
func (t *Tree) Release() {
	if t == nil || t.memory == nil {
		return
	}
	m := t.memory
	if cap(t.elements) <= largestKept && cap(t.attributes) <= largestKept && cap(t.declarations) <= largestKept {
		*m = memory{t.elements[:0], t.attributes[:0], t.declarations[:0]}
		memories.Put(m)
	}
	*t = Tree{}
}
