package facts

import (
	"slices"

	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// A selected is an element of a list, with the entry that selects it.
type selected struct {
	entry *paths.Entry
	at    strict.Node
}

// list returns the elements of a list in document order, each with the first entry
// that selects it.
func (r *rest) list(key paths.Key) []selected { return r.listOf(key, nil) }

// listOf is list without the elements of entries that are not wanted.
func (r *rest) listOf(key paths.Key, wanted func(*paths.Entry) bool) []selected {
	entries := r.table.Lists[key]
	var few [16]int // most lists have fewer entries
	active := few[:0]
	for i := range entries {
		if wanted == nil || wanted(&entries[i]) || hides(entries, i, wanted) {
			active = append(active, i)
		}
	}
	l := lister{entries: entries}
	l.visit(r.root, active, 0)
	if wanted == nil {
		return l.found
	}
	return slices.DeleteFunc(l.found, func(s selected) bool { return !wanted(s.entry) })
}

// hides reports whether an entry can select elements before a later one that is wanted.
func hides(entries []paths.Entry, i int, wanted func(*paths.Entry) bool) bool {
	for later := i + 1; later < len(entries); later++ {
		if wanted(&entries[later]) && mayOverlap(entries[i].At.Steps, entries[later].At.Steps) {
			return true
		}
	}
	return false
}

// mayOverlap reports whether one element can be behind the steps of both.
func mayOverlap(a, b []paths.Step) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Name != b[i].Name && a[i].Name != "*" && b[i].Name != "*" {
			return false
		}
	}
	return true
}

// A lister finds the elements of a list in one walk of the document.
type lister struct {
	entries []paths.Entry
	found   []selected
}

// visit finds the elements at n and below it, to which so many steps of some entries
// lead: those are named by their indexes. The order in which a path asks for elements is
// no matter, since all are found.
func (l *lister) visit(n strict.Node, entries []int, depth int) {
	longer, ended := false, false
	for _, i := range entries {
		switch {
		case len(l.entries[i].At.Steps) > depth:
			longer = true
		case !ended:
			l.add(selected{&l.entries[i], n})
			ended = true
		}
	}
	if !longer {
		return
	}
	for child := firstChild(n); child.Exists(); child = child.Next() {
		name, next := child.Local(), entries[len(entries):] // what is behind them is free
		for _, i := range entries {
			steps := l.entries[i].At.Steps
			if len(steps) > depth && (steps[depth].Name == name || steps[depth].Name == "*") && passes(child, steps[depth].Tests) {
				next = append(next, i)
			}
		}
		if len(next) > 0 {
			l.visit(child, next, depth+1)
		}
	}
}

func (l *lister) add(s selected) {
	if l.found == nil {
		l.found = make([]selected, 0, 8) // as many as most lists have
	}
	l.found = append(l.found, s)
}
