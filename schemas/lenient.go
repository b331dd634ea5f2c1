package schemas

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"

	"beibu/schemas/internal/grammar"
	"beibu/signing/strict"

	"github.com/jacoelho/xsd/xsderrors"
)

// MaxWarnings bounds how many departures from the schema one report lists.
const MaxWarnings = 200

// A leniency says what documents of a profile may do although the schema
// forbids it, because the clients in use do it. The children of an element may
// come in any order. A note may be in any aggregate, once. How often an element
// may occur and what its text may be is unchanged.
type leniency struct {
	file  string   // declares the aggregates and the notes' type
	space string   // of the notes
	notes []string // local names
	kind  string   // of the notes: their type
}

// aggregates finds the complex types of a file of a profile.
var aggregates = regexp.MustCompile(`(?s)<xs:complexType name="(\w+)">.*?</xs:complexType>`)

// read returns a reader of the schema files in which every aggregate may have
// each note.
func (l *leniency) read(from func(string) ([]byte, error)) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		data, err := from(name)
		if err != nil || name != l.file {
			return data, err
		}
		return aggregates.ReplaceAllFunc(data, l.withNotes), nil
	}
}

// withNotes adds the notes at the end of an aggregate that does not declare them.
func (l *leniency) withNotes(aggregate []byte) []byte {
	if string(aggregates.FindSubmatch(aggregate)[1]) == l.kind {
		return aggregate
	}
	end := []byte("</xs:sequence>")
	for _, note := range l.notes {
		if !bytes.Contains(aggregate, []byte(`name="`+note+`"`)) {
			more := fmt.Appendf(nil, `<xs:element name="%s" type="ram:%s" minOccurs="0"/>`, note, l.kind)
			aggregate = bytes.Replace(aggregate, end, append(more, end...), 1)
		}
	}
	return aggregate
}

// explain judges a document that breaks its schema on the second level, if the
// profile has one, and says what is wrong. The second level reads a copy of the
// document whose elements are in the schema's order: the same engine judges it,
// so that only what leniency says is let pass. The copy is not kept.
func (e entry) explain(ctx context.Context, tree *strict.Tree, doc []byte, found []*xsderrors.Error) (Report, error) {
	if e.set.lenient == nil {
		return newExplainer(outlineOf(tree), e.set.grammar()).report(e.Type, found), nil
	}
	a := arrange(outlineOf(tree), doc, e.set)
	if len(a.departures) == 0 {
		return newExplainer(a.outline, e.set.grammar()).report(e.Type, found), nil
	}
	found, err := e.set.lenient.check(ctx, a.out)
	if err != nil {
		return Report{}, err
	}
	r := Report{Type: e.Type}
	if len(found) > 0 {
		arranged, _ := strict.ParseFaulty(a.out, strict.Limits{}) // has no fault, as the document has none
		y := newExplainer(outlineOf(arranged), e.set.lenient.grammar())
		y.arranged = a
		r = y.report(e.Type, found)
	}
	r.Warnings = slices.DeleteFunc(a.warnings(), func(w Violation) bool { // of what is refused
		return slices.ContainsFunc(r.Violations, func(v Violation) bool { return v.Path == w.Path })
	})
	r.More += max(len(a.departures)-MaxWarnings, 0)
	return r, nil
}

// A departure is an element that is not where the schema puts it.
type departure struct {
	element int32
	// What the element belongs before or after, or none for a note that the
	// schema does not put into its parent.
	before, after int32
}

func (a *arranger) warnings() []Violation {
	slices.SortFunc(a.departures, func(one, other departure) int { return int(one.element - other.element) })
	listed := a.departures[:min(len(a.departures), MaxWarnings)]
	warnings := make([]Violation, 0, len(listed))
	for _, d := range listed {
		v := a.departed(d)
		v.Path = a.path(d.element)
		v.Line, v.Column = a.position(a.start(d.element))
		warnings = append(warnings, v)
	}
	return warnings
}

// departed says how an element departs from the schema.
func (a *arranger) departed(d departure) Violation {
	label, in := a.label(d.element), a.label(a.parent(d.element))
	switch {
	case d.before != none:
		next := a.label(d.before)
		return Violation{
			Code: CodeOrder,
			EN:   label + " is not in the schema's order: in " + in + " it belongs before " + next + ". The document is not refused for it.",
			ZH:   label + " 的顺序与模式不一致：在 " + in + " 中应位于 " + next + " 之前。不因此退单。",
		}
	case d.after != none:
		previous := a.label(d.after)
		return Violation{
			Code: CodeOrder,
			EN:   label + " is not in the schema's order: in " + in + " it belongs after " + previous + ". The document is not refused for it.",
			ZH:   label + " 的顺序与模式不一致：在 " + in + " 中应位于 " + previous + " 之后。不因此退单。",
		}
	}
	return Violation{
		Code: CodeNotePlace,
		EN:   "The schema has no " + label + " in " + in + ". The document is not refused for it.",
		ZH:   "模式规定 " + in + " 中没有 " + label + "。不因此退单。",
	}
}

// isNote returns whether an element is a note that the leniency is about, in a
// type that does not declare it.
func (s *set) isNote(t *grammar.Type, name grammar.Name) bool {
	l := s.leniency
	return name.Space == l.space && slices.Contains(l.notes, name.Local) && s.grammar().Type(t.Name).Child(name) == nil
}
