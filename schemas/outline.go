package schemas

import (
	"slices"
	"strconv"
	"strings"

	"beibu/schemas/internal/grammar"
	"beibu/signing/strict"
	"beibu/signing/strict/quote"
)

// An outline is a document's elements and their places, by their numbers in the
// tree. It is made only to explain what is wrong with a document: a valid one needs
// none.
type outline struct {
	*strict.Tree
	lineIndex

	counts map[int32]map[string]int32 // by parent, as far as it was asked for: children of each local name
	places []int32                    // of the elements that were counted: from 1, among siblings with the local name
}

// Numbers of elements.
const (
	none = 0
	root = 1
)

func outlineOf(tree *strict.Tree) *outline {
	return &outline{Tree: tree, lineIndex: indexLines(tree.Bytes()), counts: make(map[int32]map[string]int32)}
}

// at returns the innermost element around an offset, or none.
func (o *outline) at(offset int) int32 { return o.At(offset).Number() }

func (o *outline) parent(index int32) int32 { return o.Element(index).Parent().Number() }

// start returns the offset of an element's start tag.
func (o *outline) start(index int32) int { return o.Element(index).Start() }

// children yields the children of an element in order.
func (o *outline) children(parent int32) func(func(int32) bool) {
	return func(yield func(int32) bool) {
		for n := o.Element(parent).FirstChild(); n.Exists() && yield(n.Number()); {
			n = n.Next()
		}
	}
}

func (o *outline) name(index int32) grammar.Name {
	n := o.Element(index)
	return grammar.Name{Space: n.Space(), Local: n.Local()}
}

// path returns the path of an element, in local names, with a position from
// 1 in brackets if siblings share the name; "/" for none.
func (o *outline) path(index int32) string {
	if index == none {
		return "/"
	}
	var steps []string
	for ; index != none; index = o.parent(index) {
		step := "/" + quote.Name(o.Element(index).Local())
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
	parent := o.parent(index)
	if parent == none {
		return 1, true
	}
	counts, ok := o.counts[parent]
	if !ok {
		counts = make(map[string]int32)
		if o.places == nil {
			o.places = make([]int32, o.Len()+1)
		}
		for i := range o.children(parent) {
			local := o.Element(i).Local()
			counts[local]++
			o.places[i] = counts[local]
		}
		o.counts[parent] = counts
	}
	return int(o.places[index]), counts[o.Element(index).Local()] == 1
}
