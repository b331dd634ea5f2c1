package facts

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"

	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// find iterates over the elements at a path below an element, with their text or
// that of the attribute at its end, in the order that the path asks for.
func find(from strict.Node, path paths.Path) iter.Seq2[strict.Node, string] {
	return func(yield func(strict.Node, string) bool) {
		walk(from, path.Steps, func(n strict.Node) bool {
			if path.Attribute != "" {
				return yield(n, strings.TrimSpace(n.Attr(path.Attribute)))
			}
			return yield(n, n.Text())
		})
	}
}

// walk calls yield for every element behind the steps, and returns false if yield
// did.
func walk(n strict.Node, steps []paths.Step, yield func(strict.Node) bool) bool {
	if len(steps) == 0 {
		return yield(n)
	}
	step := &steps[0]
	if step.Order != paths.AsWritten {
		for _, child := range ordered(n, step) {
			if !walk(child, steps[1:], yield) {
				return false
			}
		}
		return true
	}
	for child := firstChild(n); child.Exists(); child = child.Next() {
		if selects(step, child) && !walk(child, steps[1:], yield) {
			return false
		}
	}
	return true
}

// firstChild returns the first child of an element, or none.
func firstChild(n strict.Node) strict.Node {
	if !n.Exists() {
		return strict.Node{}
	}
	return n.FirstChild()
}

// selects reports whether a step takes an element.
func selects(step *paths.Step, n strict.Node) bool {
	return (step.Name == n.Local() || step.Name == "*") && passes(n, step.Tests)
}

// passes reports whether an element is as all tests want it.
func passes(n strict.Node, tests []paths.Test) bool {
	for i := range tests {
		var few [4]string // most tests are about less, and this is quicker
		values := few[:0]
		for _, name := range tests[i].Names {
			values = appendValues(values, n, name)
		}
		if !tests[i].Passes(values) {
			return false
		}
	}
	return true
}

// appendValues appends what an element has under the name of a test.
func appendValues(values []string, n strict.Node, name string) []string {
	if attribute, ends := strings.CutPrefix(name, "@"); ends {
		return append(values, n.Attr(attribute))
	}
	step, rest, more := strings.Cut(name, "/")
	for child := firstChild(n); child.Exists(); child = child.Next() {
		switch {
		case step != child.Local() && step != "*":
		case more:
			values = appendValues(values, child, rest)
		default:
			values = append(values, child.Text())
		}
	}
	return values
}

// ordered returns the children of a step in the order that it asks for. Those
// without a number come last: for the last of them, the last in the document is
// the first.
func ordered(n strict.Node, step *paths.Step) []strict.Node {
	type numbered struct {
		node   strict.Node
		number int64
		known  bool
	}
	var all []numbered
	for child := firstChild(n); child.Exists(); child = child.Next() {
		if !selects(step, child) {
			continue
		}
		one := numbered{node: child}
		for _, text := range appendValues(nil, child, step.By) {
			if number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil && !one.known {
				one.number, one.known = number, true
			}
		}
		all = append(all, one)
	}
	if step.Order == paths.Last {
		slices.Reverse(all)
	}
	slices.SortStableFunc(all, func(a, b numbered) int {
		switch {
		case a.known != b.known:
			if a.known {
				return -1
			}
			return 1
		case step.Order == paths.Last:
			return cmp.Compare(b.number, a.number)
		}
		return cmp.Compare(a.number, b.number)
	})
	nodes := make([]strict.Node, 0, len(all))
	for _, one := range all {
		nodes = append(nodes, one.node)
	}
	return nodes
}
