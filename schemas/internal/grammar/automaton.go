package grammar

import "slices"

// An Automaton is a content model as a table: the derivatives of the model by its
// elements, each of them once. Its states are numbered from 0, the first.
type Automaton struct {
	Elements []*Element // the symbols
	Accepts  []bool     // by state: nothing more has to come
	Others   [][]Other  // by state: steps over elements that the type does not name

	next []uint16 // by state and symbol: the state behind it plus 1, or 0
}

// An Other is a step over an element that a wildcard takes and judges.
type Other struct {
	Next int  // the state behind it
	Lax  bool // the element may be one that no schema declares

	wildcard wildcard
}

// Allows reports whether the wildcard takes elements of a namespace.
func (o Other) Allows(space string) bool { return o.wildcard.allows(space) }

// Step returns the state behind an element, by its number in Elements, or false if
// the element may not come there.
func (a *Automaton) Step(state, element int) (int, bool) {
	next := a.next[state*len(a.Elements)+element]
	return int(next) - 1, next != 0
}

// mostStates bounds an automaton: maxOccurs makes as many states as it counts.
const mostStates = 4096

// Automaton returns the automaton of the type's content, or false if there is none
// to trust: the content is read in part, has xs:all, or is too large.
func (t *Type) Automaton() (*Automaton, bool) {
	if t.Doubtful {
		return nil, false
	}
	b := &builder{
		nodes: []node{{kind: empty}}, moves: [][]move{nil}, nullable: []bool{true},
		numbers: make(map[node]int32), states: make(map[int32]int), symbols: make(map[Name]int32),
	}
	for i, name := range t.Elements() {
		b.symbols[name] = int32(i)
		b.out.Elements = append(b.out.Elements, t.all[name])
	}
	b.state(b.number(t.content))
	for at := 0; at < len(b.order) && !b.failed; at++ {
		b.expand(b.order[at])
	}
	made := b.out // a pointer into the builder would keep all that it derived
	return &made, !b.failed
}

// A node is an expression whose parts are given by their numbers, so that the same
// expression is the same node. Node 0 is the empty one.
type node struct {
	kind        kind
	left, right int32 // of an element or a wildcard: its number in left
	least, most int
}

type kind uint8

const (
	empty kind = iota
	element
	other
	concatenation
	alternative
	repetition
)

// A move is an element or a wildcard, and the node that is to come behind it.
type move struct{ symbol, rest int32 }

// otherSymbols is added to the numbers of wildcards, which so differ from those of
// elements.
const otherSymbols = 1 << 20

type builder struct {
	out       Automaton
	nodes     []node
	numbers   map[node]int32
	nullable  []bool   // by node
	moves     [][]move // by node, as far as they were asked for
	symbols   map[Name]int32
	wildcards []wildcard
	states    map[int32]int // by node
	order     []int32       // the node of each state
	failed    bool
}

// state returns the state of a node.
func (b *builder) state(n int32) int {
	if s, ok := b.states[n]; ok {
		return s
	}
	s := len(b.order)
	b.failed = b.failed || s == mostStates
	b.states[n] = s
	b.order = append(b.order, n)
	return s
}

// expand adds the row of a node to the table.
func (b *builder) expand(n int32) {
	row := make([]uint16, len(b.out.Elements))
	var others []Other
	for _, s := range b.movesOf(n) {
		if s.symbol >= otherSymbols {
			w := b.wildcards[s.symbol-otherSymbols]
			others = append(others, Other{b.state(s.rest), w.process == "lax", w})
		} else if row[s.symbol] == 0 { // a second step, as of a loop in a loop that counts, is not tried
			row[s.symbol] = uint16(b.state(s.rest) + 1) //nolint:gosec // bounded by mostStates
		}
	}
	b.failed = b.failed || len(others) > 1
	for symbol, next := range row {
		b.failed = b.failed || next != 0 && slices.ContainsFunc(others, func(o Other) bool {
			return o.Allows(b.out.Elements[symbol].Name.Space)
		})
	}
	b.out.next = append(b.out.next, row...)
	b.out.Accepts = append(b.out.Accepts, b.nullable[n])
	b.out.Others = append(b.out.Others, others)
}

// number returns the node of an expression.
func (b *builder) number(e expr) int32 {
	switch e := e.(type) {
	case leaf:
		symbol := b.symbols[e.element.Name]
		declared := b.out.Elements[symbol]
		b.failed = b.failed || declared.Type != e.element.Type || e.element.Doubtful
		return b.add(node{kind: element, left: symbol})
	case wildcard:
		b.wildcards = append(b.wildcards, e)
		return b.add(node{kind: other, left: int32(len(b.wildcards)) - 1}) //nolint:gosec // a schema has fewer
	case seq:
		n := b.numberAll(e.rest, concatenation)
		return b.join(b.number(e.head), n)
	case choice:
		return b.numberAll(e.items, alternative)
	case repeat:
		return b.repeat(b.number(e.body), e.least, e.most)
	case all:
		b.failed = true
	}
	return 0
}

func (b *builder) numberAll(items []expr, as kind) int32 {
	if len(items) == 0 {
		return 0
	}
	n := b.number(items[len(items)-1])
	for _, item := range slices.Backward(items[:len(items)-1]) {
		if as == concatenation {
			n = b.join(b.number(item), n)
		} else {
			n = b.add(node{kind: alternative, left: b.number(item), right: n})
		}
	}
	return n
}

// join returns the node of one expression behind another.
func (b *builder) join(left, right int32) int32 {
	switch head := b.nodes[left]; {
	case left == 0:
		return right
	case right == 0:
		return left
	case head.kind == concatenation:
		return b.join(head.left, b.join(head.right, right))
	}
	return b.add(node{kind: concatenation, left: left, right: right})
}

func (b *builder) repeat(body int32, least, most int) int32 {
	if body == 0 || most == 0 {
		return 0
	}
	return b.add(node{kind: repetition, left: body, least: least, most: most})
}

// add returns the number of a node.
func (b *builder) add(n node) int32 {
	if number, ok := b.numbers[n]; ok {
		return number
	}
	number := int32(len(b.nodes)) //nolint:gosec // bounded by mostStates and the size of a type
	b.numbers[n] = number
	b.nodes = append(b.nodes, n)
	b.moves = append(b.moves, nil)
	b.nullable = append(b.nullable, b.isNullable(n))
	return number
}

func (b *builder) isNullable(n node) bool {
	switch n.kind {
	case concatenation:
		return b.nullable[n.left] && b.nullable[n.right]
	case alternative:
		return b.nullable[n.left] || b.nullable[n.right]
	case repetition:
		return n.least <= 0 || b.nullable[n.left]
	case element, other:
		return false
	case empty:
	}
	return true
}

// movesOf returns all that may come first in a node, with what is to come behind it.
func (b *builder) movesOf(number int32) []move {
	if b.moves[number] == nil {
		b.moves[number] = b.derive(b.nodes[number])
	}
	return b.moves[number]
}

func (b *builder) derive(n node) []move {
	switch n.kind {
	case element:
		return []move{{n.left, 0}}
	case other:
		return []move{{n.left + otherSymbols, 0}}
	case alternative:
		return slices.Concat(b.movesOf(n.left), b.movesOf(n.right))
	case concatenation:
		found := b.behind(b.movesOf(n.left), n.right)
		if b.nullable[n.left] {
			found = append(found, b.movesOf(n.right)...)
		}
		return found
	case repetition:
		again := unbounded
		if n.most != unbounded {
			again = n.most - 1
		}
		return b.behind(b.movesOf(n.left), b.repeat(n.left, max(n.least-1, 0), again))
	case empty:
	}
	return nil
}

// behind returns moves with a node behind what each has to come.
func (b *builder) behind(moves []move, n int32) []move {
	found := make([]move, 0, len(moves))
	for _, s := range moves {
		found = append(found, move{s.symbol, b.join(s.rest, n)})
	}
	return found
}
