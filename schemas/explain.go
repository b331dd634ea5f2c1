package schemas

import (
	"cmp"
	"slices"
	"strings"

	"beibu/schemas/internal/grammar"

	"github.com/jacoelho/xsd/xsderrors"
)

func newExplainer(o *outline, g *grammar.Grammar) *explainer {
	return &explainer{outline: o, grammar: g, types: make(map[int32]*grammar.Type), reported: make(map[topic]bool)}
}

// report turns what the engine found in a well-formed document into violations
// for people.
func (x *explainer) report(t Type, found []*xsderrors.Error) Report {
	for _, d := range found {
		x.explain(d)
	}
	slices.SortStableFunc(x.violations, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	listed := min(len(x.violations), MaxViolations)
	return Report{Type: t, Violations: x.violations[:listed], More: len(x.violations) - listed}
}

// An explainer holds one document, its schema and what was said so far.
type explainer struct {
	*outline

	grammar    *grammar.Grammar
	types      map[int32]*grammar.Type // of elements, as far as they were asked for
	reported   map[topic]bool
	violations []Violation
	arranged   *arranger // if what is explained is the copy that it wrote, else nil
}

// path returns where an element is in the document as it was sent.
func (x *explainer) path(index int32) string {
	if x.arranged == nil || index == none {
		return x.outline.path(index)
	}
	sent := x.arranged.outline
	return sent.path(sent.at(x.arranged.origin(x.start(index))))
}

// position returns the line and column, in the document as it was sent, of an
// offset in what is explained.
func (x *explainer) position(offset int) (line, column int) {
	if x.arranged == nil {
		return x.outline.position(offset)
	}
	return x.arranged.outline.position(x.arranged.origin(offset))
}

// A topic is what one violation is about: a second error about it is a
// consequence of the first and is folded into it.
type topic struct {
	element int32
	about   string // a code, or "children"
}

// A spot is where the engine found an error: at the start tag of an element,
// at its end, or somewhere within.
type spot struct {
	element    int32
	start, end bool
}

func (x *explainer) spot(d *xsderrors.Error) spot {
	offset := x.offset(d.Line, d.Column)
	s := spot{element: x.at(offset)}
	if s.element != none {
		n := x.Element(s.element)
		s.start, s.end = n.Start() == offset, n.Close() == offset
	}
	return s
}

func (x *explainer) explain(d *xsderrors.Error) {
	s := x.spot(d)
	if s.element == none {
		s.element = root
	}
	m := meanings[d.Code]
	_, typed := x.instance(s.element, "type")
	switch {
	case m.outcome == structural:
		x.structure(d.Code, s)
	case m.code == CodeValue && s.start || m.code == CodeAttribute:
		x.attributes(s.element)
	case m.code == CodeValue:
		x.value(s.element)
	case m.code == CodeType && !typed:
		x.identity(s.element)
	case m.code == CodeType:
		x.wrongType(s.element)
	case m.code == CodeIdentity:
		x.identity(s.element)
	default:
		x.content(d.Code, s.element)
	}
}

// addOnce adds a violation about an element, unless one on the topic is there.
func (x *explainer) addOnce(about topic, v Violation, offset int) {
	if x.reported[about] {
		return
	}
	x.reported[about] = true
	v.Line, v.Column = x.position(offset)
	x.violations = append(x.violations, v)
}

// structure explains an element that is missing or out of place.
func (x *explainer) structure(code xsderrors.Code, s spot) {
	parent := x.parent(s.element)
	switch {
	case s.start && parent != none && x.typeOf(parent).Simple():
		x.content(code, parent)
	case s.start && parent != none:
		x.family(parent)
	case code == xsderrors.CodeValidationElement: // a fixed value
		x.value(s.element)
	default:
		x.family(s.element)
	}
}

// typeOf returns the type of an element, or nil if it is not known.
func (x *explainer) typeOf(index int32) *grammar.Type {
	if t, ok := x.types[index]; ok {
		return t
	}
	var t *grammar.Type
	name, parent := x.name(index), x.parent(index)
	if parent != none {
		if e := x.typeOf(parent).Child(name); e != nil {
			t = e.Type
		}
	}
	if t == nil { // the root, or below a wildcard
		if e := x.grammar.Element(name); e != nil {
			t = e.Type
		}
	}
	if value, ok := x.instance(index, "type"); ok {
		prefix, local, prefixed := strings.Cut(value, ":")
		if !prefixed {
			prefix, local = "", value
		}
		if named := x.grammar.Type(grammar.Name{Space: x.Element(index).Namespace(prefix), Local: local}); named != nil {
			t = named
		}
	}
	x.types[index] = t
	return t
}

// instance returns the value of an element's attribute of the schema instance
// namespace, and whether it has one.
func (x *explainer) instance(index int32, name string) (string, bool) {
	for _, a := range x.Element(index).Attributes() {
		if x.Local(a) == name && x.Space(a) == schemaInstance {
			return x.Value(a), true
		}
	}
	return "", false
}
