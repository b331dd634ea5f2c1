package rules

import (
	"slices"
	"sort"
	"strings"
	"sync/atomic"

	"beibu/signing/strict"
)

// An Input is what a rule reads beside the facts of the document: a [Path], a [Trait],
// or a [Derived] value.
type Input interface {
	// Paths returns the paths at which the input is.
	Paths() []*Path
}

// A Path is one of local names from the root of a document to elements, such as
// Shipment/GoodsItem, or several of them, if the elements may be here or there.
// [Set.Check] finds the elements at all paths that rules declare in one walk of the
// document.
type Path struct {
	names  []string
	number int // among all paths
}

var paths atomic.Int64

// NewPath returns a path. It is for variables of packages of rules.
func NewPath(names ...string) *Path {
	return &Path{names, int(paths.Add(1)) - 1}
}

// To returns the path on from the elements at p.
func (p *Path) To(names ...string) *Path {
	var on []string
	for _, from := range p.names {
		for _, name := range names {
			on = append(on, from+"/"+name)
		}
	}
	return NewPath(on...)
}

// String returns the names of the path.
func (p *Path) String() string { return strings.Join(p.names, ", ") }

// Paths implements [Input].
func (p *Path) Paths() []*Path { return []*Path{p} }

// Reading returns what a rule reads beside the facts, for people: paths, the ends of
// names of elements anywhere (…Code), and attributes (@unitCode).
func (r *Rule) Reading() []string {
	var all []string
	for _, input := range r.Reads {
		if traits, ok := input.(Trait); ok {
			all = append(all, traits.names()...)
		}
		for _, path := range input.Paths() {
			all = append(all, path.names...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A Derived value is read from its inputs when a rule first asks for it, once a
// document.
type Derived[T any] struct {
	read   func(*Document) T
	inputs []Input
	number int // among all of them
}

var derived atomic.Int64

// Derive returns a value that is read so, from the facts and from inputs. It is for
// variables of packages of rules.
func Derive[T any](read func(*Document) T, inputs ...Input) *Derived[T] {
	return &Derived[T]{read, inputs, int(derived.Add(1)) - 1}
}

// Paths implements [Input].
func (v *Derived[T]) Paths() (all []*Path) {
	for _, input := range v.inputs {
		all = append(all, input.Paths()...)
	}
	return all
}

// Of returns the value of a document. Like [Document.All] it is for the Check of a
// [Rule]. What it returns is not to be changed.
func (v *Derived[T]) Of(d *Document) T {
	if n := v.number + 1 - len(d.derived); n > 0 {
		d.derived = append(d.derived, make([]any, n)...)
	}
	if known, ok := d.derived[v.number].(T); ok {
		return known
	}
	value := v.read(d)
	d.derived[v.number] = value
	return value
}

// All returns the elements at a path in document order. It is for the Check of a
// [Rule] that declares the path: at others nothing is found.
func (d *Document) All(p *Path) []strict.Node {
	if p.number >= len(d.found) {
		return nil
	}
	return d.found[p.number]
}

// First returns the first element at a path, or none.
func (d *Document) First(p *Path) strict.Node {
	if all := d.All(p); len(all) > 0 {
		return all[0]
	}
	return strict.Node{}
}

// AllIn returns the elements at a path that are in an element.
func (d *Document) AllIn(n strict.Node, p *Path) []strict.Node {
	after := behind(d.All(p), n)
	to := 0
	for to < len(after) && n.Contains(after[to]) {
		to++
	}
	return after[:to]
}

// FirstIn returns the first element at a path that is in an element, or none.
func (d *Document) FirstIn(n strict.Node, p *Path) strict.Node {
	if after := behind(d.All(p), n); len(after) > 0 && n.Contains(after[0]) {
		return after[0]
	}
	return strict.Node{}
}

// HasText reports whether an element at a path that is in an element has text.
func (d *Document) HasText(n strict.Node, p *Path) bool {
	return slices.ContainsFunc(d.AllIn(n, p), func(at strict.Node) bool { return !at.Is("") })
}

// behind returns those of elements in document order that come after n.
func behind(all []strict.Node, n strict.Node) []strict.Node {
	if len(all) == 0 || all[0].Compare(n) > 0 {
		return all
	}
	return all[sort.Search(len(all), func(i int) bool { return all[i].Compare(n) > 0 }):]
}

// A plan says what is judged in the documents of a kind.
type plan struct {
	rules  []*Rule
	root   branch
	paths  []int // numbers of the paths that the rules declare
	traits Trait
}

// A branch is where paths fork or end.
type branch struct {
	ends []int // numbers of the paths that end here
	next []step
}

type step struct {
	name string
	to   *branch
}

// newPlan plans the walk for rules.
func newPlan(rules []*Rule) *plan {
	p := &plan{rules: rules}
	for _, r := range rules {
		for _, input := range r.Reads {
			if traits, ok := input.(Trait); ok {
				p.traits |= traits
			}
			for _, path := range input.Paths() {
				p.add(path)
			}
		}
	}
	return p
}

// add adds a path that the walk finds elements at.
func (p *plan) add(path *Path) {
	if slices.Contains(p.paths, path.number) {
		return
	}
	for _, names := range path.names {
		end := p.root.grow(names)
		end.ends = append(end.ends, path.number)
	}
	p.paths = append(p.paths, path.number)
}

// grow returns the branch at the end of names, and adds what is not there yet.
func (b *branch) grow(names string) *branch {
	for name := range strings.SplitSeq(names, "/") {
		next := b.child(name)
		if next == nil {
			next = new(branch)
			b.next = append(b.next, step{name, next})
		}
		b = next
	}
	return b
}

// child returns the branch for an element of a name, or nil.
func (b *branch) child(name string) *branch {
	for i := range b.next {
		if b.next[i].name == name {
			return b.next[i].to
		}
	}
	return nil
}

// walk records, in document order, the elements that have one of the traits, and those
// at the paths of a branch, which is nil if no path leads to the element.
func (d *Document) walk(n strict.Node, at *branch, traits Trait) {
	if traits := traits & traitsOf(n); traits != 0 {
		d.traced = append(d.traced, traced{n, traits})
	}
	if at != nil {
		for _, number := range at.ends {
			d.found[number] = append(d.found[number], n)
		}
	}
	for child := n.FirstChild(); child.Exists(); child = child.Next() {
		var next *branch
		if at != nil {
			next = at.child(child.Local())
		}
		d.walk(child, next, traits)
	}
}
