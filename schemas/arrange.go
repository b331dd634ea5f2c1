package schemas

import (
	"cmp"
	"slices"
	"sort"

	"beibu/schemas/internal/grammar"
)

// An arranger writes a document again with the children of each element in the
// schema's order, and notes what it moved. Everything else, text and comments
// between elements among it, keeps its place.
type arranger struct {
	*explainer // of the document as it was sent

	set        *set
	from       []byte // what is copied: the document, or one of the same places
	ranks      map[*grammar.Type]map[grammar.Name]int
	out        []byte
	pieces     []piece
	departures []departure
}

// A piece is a run of bytes that out has from the document.
type piece struct{ out, doc int }

// arrange writes a document in the order of the set's lenient schema. What it
// writes is from doc, in which all is at the place that the outline says.
func arrange(o *outline, doc []byte, s *set) *arranger {
	a := &arranger{
		explainer: newExplainer(o, s.lenient.grammar()), set: s, from: doc,
		ranks: make(map[*grammar.Type]map[grammar.Name]int), out: make([]byte, 0, len(doc)),
	}
	a.copy(0, a.start(root))
	a.write(root)
	a.copy(a.Element(root).End(), len(doc))
	return a
}

// origin returns where in the document an offset in out comes from.
func (a *arranger) origin(offset int) int {
	i := sort.Search(len(a.pieces), func(i int) bool { return a.pieces[i].out > offset }) - 1
	return offset - a.pieces[i].out + a.pieces[i].doc
}

func (a *arranger) copy(from, to int) {
	if from == to {
		return
	}
	next := piece{len(a.out), from}
	if n := len(a.pieces); n == 0 || next.doc-a.pieces[n-1].doc != next.out-a.pieces[n-1].out {
		a.pieces = append(a.pieces, next)
	}
	a.out = append(a.out, a.from[from:to]...)
}

// write writes an element with all that it holds.
func (a *arranger) write(index int32) {
	at := a.start(index)
	slots := slices.Collect(a.children(index))
	children := a.inOrder(index, slots)
	for i, slot := range slots {
		a.copy(at, a.start(slot))
		a.write(children[i])
		at = a.Element(slot).End()
	}
	a.copy(at, a.Element(index).End())
}

// A ranked child is one with its place in the schema's order.
type ranked struct {
	element int32
	rank    int
}

// inOrder returns the children of an element in the schema's order.
func (a *arranger) inOrder(parent int32, children []int32) []int32 {
	if len(children) == 0 {
		return children
	}
	t := a.typeOf(parent)
	if t == nil || t.Simple() {
		return children
	}
	ranks := a.ranksOf(t)
	all, declared := make([]ranked, 0, len(children)), make([]ranked, 0, len(children))
	for _, child := range children {
		name := a.name(child)
		rank, known := ranks[name]
		if !known && len(all) > 0 { // the engine refuses it, at its place
			rank = all[len(all)-1].rank
		}
		all = append(all, ranked{child, rank})
		if known && a.set.isNote(t, name) {
			a.departures = append(a.departures, departure{child, none, none})
		} else if known {
			declared = append(declared, ranked{child, rank})
		}
	}
	a.compare(declared)
	byRank := func(one, other ranked) int { return cmp.Compare(one.rank, other.rank) }
	if slices.IsSortedFunc(all, byRank) {
		return children
	}
	slices.SortStableFunc(all, byRank)
	arranged := make([]int32, 0, len(all))
	for _, child := range all {
		arranged = append(arranged, child.element)
	}
	return arranged
}

func (a *arranger) ranksOf(t *grammar.Type) map[grammar.Name]int {
	if ranks, ok := a.ranks[t]; ok {
		return ranks
	}
	ranks := make(map[grammar.Name]int)
	for i, name := range t.Elements() {
		ranks[name] = i
	}
	a.ranks[t] = ranks
	return ranks
}

// compare notes the fewest children whose move would bring all into order.
func (a *arranger) compare(children []ranked) {
	kept := ascending(children)
	if len(kept) == len(children) {
		return
	}
	for i, next := 0, 0; i < len(children); i++ {
		if next < len(kept) && kept[next] == i {
			next++
			continue
		}
		d := departure{element: children[i].element, before: none, after: none}
		if next > 0 && children[kept[next-1]].rank > children[i].rank {
			place := sort.Search(len(kept), func(k int) bool { return children[kept[k]].rank > children[i].rank })
			d.before = children[kept[place]].element
		} else {
			place := sort.Search(len(kept), func(k int) bool { return children[kept[k]].rank >= children[i].rank })
			d.after = children[kept[place-1]].element
		}
		a.departures = append(a.departures, d)
	}
}

// ascending returns the indexes of a longest run of children, not necessarily
// side by side, whose ranks do not fall.
func ascending(children []ranked) []int {
	var ends []int // of the best run of each length, the index of its last child
	previous := make([]int, len(children))
	for i, child := range children {
		length := sort.Search(len(ends), func(k int) bool { return children[ends[k]].rank > child.rank })
		if previous[i] = -1; length > 0 {
			previous[i] = ends[length-1]
		}
		if length == len(ends) {
			ends = append(ends, i)
		} else {
			ends[length] = i
		}
	}
	run := make([]int, len(ends))
	for i := len(ends) - 1; i >= 0; i-- {
		if run[i] = ends[i]; i < len(ends)-1 {
			run[i] = previous[run[i+1]]
		}
	}
	return run
}
