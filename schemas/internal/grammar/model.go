package grammar

import (
	"slices"
	"strings"
)

// A Model is a place in a content model: what may come after the children seen
// so far. The zero Model allows nothing more. Models are values.
type Model struct{ at expr }

// Step returns the place behind one more child, and whether the child may
// come here.
func (m Model) Step(name Name) (Model, bool) {
	next, ok := step(m.at, name)
	return Model{next}, ok
}

// Next returns the elements that may come here, in the schema's order, and
// whether elements that the schema does not name may too.
func (m Model) Next() (names []Name, others bool) {
	firsts(m.at, func(e expr) {
		if l, ok := e.(leaf); !ok {
			others = true
		} else if !slices.Contains(names, l.element.Name) {
			names = append(names, l.element.Name)
		}
	})
	return names, others
}

// Complete reports whether nothing more has to come.
func (m Model) Complete() bool { return nullable(m.at) }

// Missing returns what has to come before a child that may not come here yet:
// one element, or several of which one has to. It returns nothing if the
// child has no place further on.
func (m Model) Missing(name Name) []Name {
	for rest := m.at; rest != nil; {
		if _, ok := step(rest, name); ok {
			return m.Required()
		}
		rest = behind(rest)
	}
	return nil
}

// Required returns what has to come next: one element, or several of which
// one has to.
func (m Model) Required() []Name { return required(m.at) }

// An expr is what is still to come, as a regular expression over children.
// nil is the empty one.
type expr any

type (
	leaf struct{ element *Element }
	// wildcard is xs:any.
	wildcard struct{ spaces, target, process string }
	seq      struct {
		head expr
		rest []expr
	}
	choice struct{ items []expr }
	all    struct{ items []expr }
	repeat struct {
		body        expr
		least, most int
	}
)

func nullable(e expr) bool {
	switch e := e.(type) {
	case leaf, wildcard:
		return false
	case seq:
		return nullable(e.head) && !slices.ContainsFunc(e.rest, func(e expr) bool { return !nullable(e) })
	case choice:
		return slices.ContainsFunc(e.items, nullable)
	case all:
		return !slices.ContainsFunc(e.items, func(e expr) bool { return !nullable(e) })
	case repeat:
		return e.least <= 0 || nullable(e.body)
	default:
		return true
	}
}

// step returns what is to come behind a child: the derivative of e by it. XSD
// content models are deterministic (XML Schema 1.0, 3.8.6: unique particle
// attribution), so that there is at most one.
func step(e expr, name Name) (expr, bool) {
	switch e := e.(type) {
	case leaf:
		return nil, e.element.Name == name
	case wildcard:
		return nil, e.allows(name.Space)
	case seq:
		return stepSeq(e, name)
	case choice:
		for _, item := range e.items {
			if next, ok := step(item, name); ok {
				return next, true
			}
		}
	case all:
		for i, item := range e.items {
			if next, ok := step(item, name); ok {
				rest := slices.Delete(slices.Clone(e.items), i, i+1)
				return join(next, []expr{all{rest}}), true
			}
		}
	case repeat:
		next, ok := step(e.body, name)
		if !ok || e.most == 0 {
			return nil, false
		}
		return join(next, e.again()), true
	}
	return nil, false
}

func stepSeq(e seq, name Name) (expr, bool) {
	if next, ok := step(e.head, name); ok {
		return join(next, e.rest), true
	}
	if !nullable(e.head) {
		return nil, false
	}
	for i, item := range e.rest {
		if next, ok := step(item, name); ok {
			return join(next, e.rest[i+1:]), true
		}
		if !nullable(item) {
			return nil, false
		}
	}
	return nil, false
}

// again returns what a repetition has left after one turn.
func (e repeat) again() []expr {
	switch e.most {
	case 1:
		return nil
	case unbounded:
	default:
		e.most--
	}
	e.least = max(e.least-1, 0)
	return []expr{e}
}

func join(head expr, rest []expr) expr {
	if len(rest) == 0 {
		return head
	}
	if head == nil {
		if len(rest) == 1 {
			return rest[0]
		}
		return seq{rest[0], rest[1:]}
	}
	return seq{head, rest}
}

// behind skips the first thing to come, and returns the rest.
func behind(e expr) expr {
	if s, ok := e.(seq); ok {
		return join(behind(s.head), s.rest)
	}
	return nil
}

func firsts(e expr, yield func(expr)) {
	switch e := e.(type) {
	case leaf, wildcard:
		yield(e)
	case seq:
		for _, item := range append([]expr{e.head}, e.rest...) {
			firsts(item, yield)
			if !nullable(item) {
				return
			}
		}
	case choice:
		for _, item := range e.items {
			firsts(item, yield)
		}
	case all:
		for _, item := range e.items {
			firsts(item, yield)
		}
	case repeat:
		firsts(e.body, yield)
	}
}

// leaves yields the names in an expression, in the schema's order.
func leaves(e expr, yield func(Name)) {
	switch e := e.(type) {
	case leaf:
		yield(e.element.Name)
	case seq:
		leaves(e.head, yield)
		leavesOf(e.rest, yield)
	case choice:
		leavesOf(e.items, yield)
	case all:
		leavesOf(e.items, yield)
	case repeat:
		leaves(e.body, yield)
	}
}

func leavesOf(items []expr, yield func(Name)) {
	for _, item := range items {
		leaves(item, yield)
	}
}

func required(e expr) []Name {
	switch e := e.(type) {
	case leaf:
		return []Name{e.element.Name}
	case seq:
		for _, item := range append([]expr{e.head}, e.rest...) {
			if !nullable(item) {
				return required(item)
			}
		}
	case choice:
		var names []Name
		if !nullable(e) {
			for _, item := range e.items {
				names = append(names, required(item)...)
			}
		}
		return names
	case all:
		for _, item := range e.items {
			if !nullable(item) {
				return required(item)
			}
		}
	case repeat:
		if !nullable(e) {
			return required(e.body)
		}
	}
	return nil
}

// allows reports whether the wildcard takes elements of a namespace (XML Schema
// 1.0, 3.10).
func (w wildcard) allows(space string) bool {
	switch w.spaces {
	case "", "##any":
		return true
	case "##other":
		return space != w.target && space != ""
	}
	for allowed := range strings.FieldsSeq(w.spaces) {
		switch allowed {
		case "##targetNamespace":
			allowed = w.target
		case "##local":
			allowed = ""
		}
		if space == allowed {
			return true
		}
	}
	return false
}
