package strict

import (
	"slices"
	"sync"
)

// A Tree is a document that was read: places in its bytes, and nothing copied.
// It may be read from several goroutines at once.
type Tree struct {
	bytes        []byte
	limits       Limits    // by which it was read
	elements     []element // elements[0] is none
	attributes   []Attribute
	declarations []Declaration
	spaces       []string
	comment      int  // offset of the first comment, or -1
	faulty       bool // it is a guess at what a document with a fault was meant to be
	memory       *memory
}

// An element is a place in the bytes. Links are indices into Tree.elements; 0
// is none.
type element struct {
	name         Name
	local        string
	start        int32 // of the '<'
	from, to     int32 // content between the tags
	after        int32 // past the end tag
	parent       int32
	first, next  int32 // child, sibling
	attributes   int32 // index of the first
	attributeEnd int32
	simple       bool // the content is one run of text that needs no decoding
	text         bool // there is text that is not white space, a reference or CDATA
	empty        bool // written as an empty-element tag
	untidy       Untidy
}

// Root returns the document element.
func (t *Tree) Root() Node {
	if t == nil || len(t.elements) < 2 {
		return Node{}
	}
	return Node{t, 1}
}

// Parse reads b and returns its tree, or a *Fault.
// The tree keeps b: it must not change afterwards.
func Parse(b []byte, limits Limits) (*Tree, error) {
	w := workshops.Get().(*workshop)
	defer w.putBack()
	w.scanner.Reset(b, limits)
	w.build()
	if err := w.scanner.Err(); err != nil {
		return nil, err
	}
	return w.tree(b), nil
}

// ParseFaulty is [Parse] for a document that may have a fault: it then returns the
// fault, and a tree of what can be made out of the document, before the fault and
// after it. Such a tree says what the document was meant to be, and nothing else.
func ParseFaulty(b []byte, limits Limits) (*Tree, *Fault) {
	w := workshops.Get().(*workshop)
	defer w.putBack()
	w.scanner.Reset(b, limits)
	w.build()
	if w.scanner.fault != nil {
		w.guess()
	}
	return w.tree(b), w.scanner.fault
}

// A workshop is scratch space for building a tree.
type workshop struct {
	scanner      Scanner
	elements     []element
	attributes   []Attribute
	declarations []Declaration
	open         []int32 // indices of the open elements
	last         []int32 // the last child so far of each of them
	comment      int     // offset of the first comment, or -1
	names        names
}

// workshops keeps scratch space between documents, and no document but for the
// names of its elements, which the next of its kind has too.
var workshops = sync.Pool{New: func() any { return new(workshop) }}

// largestKept is how many elements scratch space may hold to be kept; a huge
// document must not pin its memory.
const largestKept = 1 << 14

func (w *workshop) putBack() {
	w.scanner.Reset(nil, Limits{})
	if cap(w.elements) <= largestKept && cap(w.attributes) <= largestKept && cap(w.declarations) <= largestKept { // not so if the document was refused
		workshops.Put(w)
	}
}

func (w *workshop) build() {
	s := &w.scanner
	w.elements = append(w.elements[:0], element{})
	w.attributes, w.declarations, w.comment = w.attributes[:0], w.declarations[:0], -1
	w.open, w.last = append(w.open[:0], 0), append(w.last[:0], 0)
	for s.Next() {
		here := &w.elements[w.open[len(w.open)-1]]
		switch s.kind {
		case StartElement:
			here.simple = false
			w.startElement()
		case EndElement:
			w.close(s.start, s.end)
		case Text:
			if s.marks&(HasReference|HasReturn) != 0 {
				here.simple = false
			}
			if s.marks != 0 {
				here.untidy |= UntidyText
			}
			if !here.text {
				here.text = skipBlank(s.b[:s.end], s.start) < s.end
			}
		case CData:
			here.simple, here.text = false, true
			here.untidy |= UntidyText
		case Comment:
			here.simple = false
			here.untidy |= UntidyText
			if w.comment < 0 {
				w.comment = s.start
			}
		}
	}
}

func (w *workshop) startElement() {
	s := &w.scanner
	from := int32(len(w.attributes)) //nolint:gosec // bounded by the size
	if len(w.attributes)+len(s.attributes) > cap(w.attributes) {
		w.attributes = slices.Grow(w.attributes, max(w.more(len(w.attributes)), len(s.attributes)))
	}
	w.attributes = append(w.attributes, s.attributes...)
	for i := range s.declared {
		w.declarations = append(w.declarations, Declaration{s.declared[i], int32(len(w.elements))}) //nolint:gosec // bounded by Limits.Elements
	}
	var untidy Untidy
	if s.untidy {
		untidy = UntidyStart
	}
	w.add(element{
		name: s.name, local: w.names.intern(s.Bytes(s.name.Local, s.name.End)), start: int32(s.start), from: int32(s.end), simple: true, empty: s.empty, untidy: untidy, //nolint:gosec // Scanner bounds offsets
		attributes: from, attributeEnd: int32(len(w.attributes)), //nolint:gosec // bounded by the size
	})
}

// add adds an element as the last child of the innermost open one, and opens it.
func (w *workshop) add(e element) {
	index := int32(len(w.elements)) //nolint:gosec // bounded by Limits.Elements and the size
	top := len(w.open) - 1
	e.parent = w.open[top]
	if before := w.last[top]; before != 0 {
		w.elements[before].next = index
	} else {
		w.elements[e.parent].first = index
	}
	w.last[top] = index
	if len(w.elements) == cap(w.elements) {
		w.elements = slices.Grow(w.elements, min(w.more(len(w.elements)), w.scanner.limits.Elements+2-len(w.elements)))
	}
	w.elements = append(w.elements, e)
	w.open, w.last = append(w.open, index), append(w.last, 0)
}

// more returns for how many more there should be room if there are n so far: as many as
// the rest of the document has at this rate, if that is not far off. append grows
// large slices by a quarter, and so copies many times.
func (w *workshop) more(n int) int {
	const least = 64
	s := &w.scanner
	expected := n*len(s.b)/(s.pos+1) - n
	return min(max(expected, n/2, least), 3*n+least)
}

// close ends the innermost open element.
func (w *workshop) close(start, end int) {
	top := len(w.open) - 1
	e := &w.elements[w.open[top]]
	e.to, e.after = int32(start), int32(end) //nolint:gosec // Scanner bounds offsets
	if w.scanner.untidy {
		e.untidy |= UntidyEnd
	}
	w.open, w.last = w.open[:top], w.last[:top]
}

// tree gives away what was built, if a tree that was released has left memory in its
// place. Otherwise it copies it to just the space that it needs, unless it is too large to
// be kept as scratch space.
func (w *workshop) tree(b []byte) *Tree {
	m := memories.Get().(*memory)
	t := &Tree{
		bytes: b, limits: w.scanner.limits, comment: w.comment, faulty: w.scanner.fault != nil,
		spaces: make([]string, len(w.scanner.spaces.names)), memory: m,
	}
	for i, name := range w.scanner.spaces.names {
		t.spaces[i] = w.names.intern(name)
	}
	t.elements, w.elements = keepOrGive(m.elements, w.elements)
	t.attributes, w.attributes = keepOrGive(m.attributes, w.attributes)
	t.declarations, w.declarations = keepOrGive(m.declarations, w.declarations)
	return t
}

// keepOrGive returns what the tree gets, and what remains as scratch space, which may be
// memory that is free.
func keepOrGive[T any](free, scratch []T) (given, kept []T) {
	switch {
	case cap(scratch) > largestKept:
		return scratch, nil
	case cap(free) > 0 && cap(free) >= len(scratch):
		return scratch, free
	}
	return append(make([]T, 0, len(scratch)), scratch...), scratch
}
