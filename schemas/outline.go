package schemas

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"beibu/schemas/internal/grammar"
	"beibu/signing/strict/quote"
)

// An outline is a document's elements and where they are. It is made only
// to explain what is wrong with a document; a valid one needs none.
type outline struct {
	lineIndex

	elements []element
	names    []grammar.Name
	counts   map[int32]map[string]int32 // by parent, as far as it was asked for: children of each local name
}

// An element is a place in the document. Indexes of elements are from 0, and
// none stands for no element. Offsets fit an int32: documents are far smaller
// than 2 GiB.
type element struct {
	parent, first, next int32 // indexes of the parent, the first child, the next sibling
	name                int32 // index into the outline's names
	start, end          int32 // of the start tag
	close               int32 // of the end tag; of an empty tag: the offset of its ">"
	open                bool  // not an empty tag
	place               int32 // from 1, among siblings with its local name, once they are counted
}

const none = -1

// short narrows an index or offset.
func short(n int) int32 {
	return int32(n) //nolint:gosec // NewCatalog takes no limit above 1 GiB
}

// outlineOf reads a document as far as it is well-formed.
func outlineOf(doc []byte) *outline {
	o := &outline{lineIndex: indexLines(doc)}
	b := outliner{outline: o, known: make(map[string]map[string]int32)}
	s := scanner{doc: doc}
	for len(o.elements) <= maxElements {
		m, ok := s.next()
		if !ok || !b.add(m) {
			break
		}
	}
	for _, open := range b.stack {
		o.elements[open.index].close = short(len(doc))
	}
	return o
}

// at returns the innermost element around an offset, or none.
func (o *outline) at(offset int) int32 {
	after := sort.Search(len(o.elements), func(i int) bool { return int(o.elements[i].start) > offset })
	for i := short(after) - 1; i >= 0; i = o.elements[i].parent {
		if int(o.elements[i].close) >= offset {
			return i
		}
	}
	return none
}

// children yields the children of an element in order.
func (o *outline) children(parent int32) func(func(int32) bool) {
	return func(yield func(int32) bool) {
		for i := o.elements[parent].first; i != none && yield(i); {
			i = o.elements[i].next
		}
	}
}

func (o *outline) name(index int32) grammar.Name { return o.names[o.elements[index].name] }

// tag returns the start tag of an element.
func (o *outline) tag(index int32) mark {
	s := scanner{doc: o.doc, at: int(o.elements[index].start)}
	m, _ := s.next()
	return m
}

// lookup returns what a prefix means at an element.
func (o *outline) lookup(index int32, prefix []byte) string {
	for ; index >= 0; index = o.elements[index].parent {
		if space := declared(o.tag(index), prefix, undeclared); space != undeclared {
			return space
		}
	}
	return ""
}

// undeclared is no namespace: XML has no character U+0000.
const undeclared = "\x00"

// path returns the path of an element, in local names, with a position from
// 1 in brackets if siblings share the name; "/" for none.
func (o *outline) path(index int32) string {
	if index == none {
		return "/"
	}
	var steps []string
	for ; index != none; index = o.elements[index].parent {
		step := "/" + quote.Name(o.name(index).Local)
		if place, alone := o.place(index); !alone {
			step += "[" + strconv.Itoa(place) + "]"
		}
		steps = append(steps, step)
	}
	slices.Reverse(steps)
	return strings.Join(steps, "")
}

// place returns an element's position, from 1, among siblings with its local
// name, and whether it is the only one. It counts the siblings once: a document
// may be nothing but siblings.
func (o *outline) place(index int32) (place int, alone bool) {
	parent := o.elements[index].parent
	if parent == none {
		return 1, true
	}
	counts, ok := o.counts[parent]
	if !ok {
		counts = make(map[string]int32)
		for i := range o.children(parent) {
			local := o.name(i).Local
			counts[local]++
			o.elements[i].place = counts[local]
		}
		if o.counts == nil {
			o.counts = make(map[int32]map[string]int32)
		}
		o.counts[parent] = counts
	}
	return int(o.elements[index].place), counts[o.name(index).Local] == 1
}
