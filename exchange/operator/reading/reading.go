// Package reading renders documents for people to read: as a tree of elements with labels,
// values and the lines on which they are, with each fault at its place. What is about a
// person is masked, by the table of each kind (see package paths), and whoever unmasks it
// has recorded a reason first ([Disclosures]).
package reading

import (
	"fmt"
	"slices"
	"strings"

	"beibu/exchange"
	"beibu/exchange/facts"
	"beibu/signing/strict"
)

// The bounds of what is rendered.
const (
	MaxElements = 5_000 // of one document
	maxValue    = 500   // characters of a value or an attribute
)

// Mask is shown in place of a value that is about a person.
const Mask = "***"

// A Reading is a document as people read it.
type Reading struct {
	Kind    string           `json:"kind"`
	Root    *Element         `json:"root,omitempty"`            // absent if the document is not well-formed
	Masked  int              `json:"masked"`                    // values that are shown as [Mask]
	Omitted int              `json:"elementsOmitted,omitempty"` // elements beyond [MaxElements]
	Faults  []exchange.Fault `json:"faults,omitempty"`          // whose elements are not shown
	More    int              `json:"faultsOmitted,omitempty"`   // faults that were found beyond all of these
}

// An Element is one element of a document, with what is in it.
type Element struct {
	Name       string           `json:"name"`
	Label      exchange.Text    `json:"label"`
	Line       int              `json:"line"` // of its start tag
	Value      string           `json:"value,omitempty"`
	Cut        bool             `json:"cut,omitempty"`    // the value is longer than is shown
	Masked     bool             `json:"masked,omitempty"` // the value or an attribute is
	Path       string           `json:"path,omitempty"`   // of one that is masked, as faults have it
	Attributes []Attribute      `json:"attributes,omitempty"`
	Faults     []exchange.Fault `json:"faults,omitempty"`
	Children   []*Element       `json:"children,omitempty"`
}

// An Attribute is one attribute of an element. Declarations of namespaces are none.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Document is what is to be rendered.
type Document struct {
	Bytes    []byte
	Kind     string
	Personal facts.Personal
	Faults   exchange.Faults // in document order
	More     int             // faults that were found beyond those
}

// Masked renders a document with all that is about a person masked. One that is not
// well-formed has no elements, and the messages of its faults may quote anything.
func Masked(d Document) (Reading, error) { return render(d, nil) }

// Unmasked renders a document with the element at a path, and all that is in it,
// unmasked, or all of it if the path is "".
func Unmasked(d Document, path string) (Reading, error) {
	return render(d, func(at string) bool { return path == "" || at == path || strings.HasPrefix(at, path+"/") })
}

// render renders a document. shown reports whether what is personal at a path is shown
// nevertheless; nil shows nothing.
func render(d Document, shown func(path string) bool) (Reading, error) {
	tree, err := strict.Parse(d.Bytes, strict.Limits{})
	if err != nil && len(d.Faults) == 0 {
		return Reading{}, fmt.Errorf("read document: %w", err)
	}
	if err != nil {
		return unread(d, shown != nil && shown("")), nil
	}
	defer tree.Release() // no text of a reading is a part of it
	r := renderer{personal: d.Personal, shown: shown, faults: make(map[string]exchange.Faults), lines: lines{bytes: d.Bytes, line: 1}}
	for _, fault := range d.Faults {
		r.faults[fault.Path] = append(r.faults[fault.Path], fault)
	}
	root := r.element(tree.Root(), "/"+tree.Root().Local(), false)
	out := Reading{Kind: d.Kind, Root: root, Masked: r.masked, Omitted: tree.Len() - r.count, More: d.More}
	out.Faults = r.left(d.Faults)
	r.quiet(&out)
	return out, nil
}

// unread returns what can be shown of a document that is not well-formed: its faults.
func unread(d Document, shown bool) Reading {
	out := Reading{Kind: d.Kind, Faults: slices.Clone(d.Faults), More: d.More}
	if !shown {
		each(&out, func(f *exchange.Fault) { *f = f.Withheld() })
	}
	return out
}

// A renderer renders one document.
type renderer struct {
	personal facts.Personal
	shown    func(path string) bool
	faults   map[string]exchange.Faults // by path; those that are shown are taken out
	lines    lines
	count    int // elements
	masked   int
	secrets  []string // values that are masked
	hidden   []string // paths of elements that are masked
}

// element renders an element, which is in another that is personal, or is not. It returns
// nil beyond [MaxElements].
func (r *renderer) element(n strict.Node, path string, personal bool) *Element {
	if r.count == MaxElements {
		return nil
	}
	r.count++
	personal = personal || r.personal.Has(n)
	e := &Element{Name: n.Local(), Label: labelOf(n.Local()), Line: r.lines.at(n.Start())}
	e.Value, e.Cut, e.Masked = r.value(n.Text(), path, personal)
	tree := n.Tree()
	for _, a := range n.Attributes() {
		name := tree.Local(a)
		value, _, masked := r.value(tree.Value(a), path, personal || r.personal.HasAttribute(n, name))
		e.Attributes = append(e.Attributes, Attribute{name, value})
		e.Masked = e.Masked || masked
	}
	if e.Masked {
		e.Path = path
	}
	if personal && !r.isShown(path) {
		r.hidden = append(r.hidden, path)
	}
	e.Faults = r.faults[path]
	delete(r.faults, path)
	r.children(e, n, path, personal)
	return e
}

// children renders the elements in an element, with the paths that [strict.Node.Path]
// gives them.
func (r *renderer) children(e *Element, n strict.Node, path string, personal bool) {
	same := make(map[string]int)
	for child := range n.Children() {
		same[child.Local()]++
	}
	seen := make(map[string]int, len(same))
	for child := range n.Children() {
		name := child.Local()
		seen[name]++
		at := path + "/" + name
		if same[name] > 1 {
			at += fmt.Sprintf("[%d]", seen[name])
		}
		if one := r.element(child, at, personal); one != nil {
			e.Children = append(e.Children, one)
		}
	}
}

// value returns a value as it is shown.
func (r *renderer) value(text, path string, personal bool) (shown string, cut, masked bool) {
	if text == "" {
		return "", false, false
	}
	if personal && !r.isShown(path) {
		r.masked++
		r.secrets = append(r.secrets, text)
		return Mask, false, true
	}
	short := first(text, maxValue)
	return short, len(short) < len(text), false
}

func (r *renderer) isShown(path string) bool { return r.shown != nil && r.shown(path) }

// left returns the faults whose elements were not rendered.
func (r *renderer) left(all exchange.Faults) []exchange.Fault {
	var rest []exchange.Fault
	for _, fault := range all {
		if len(r.faults[fault.Path]) > 0 {
			rest = append(rest, fault)
		}
	}
	return rest
}

// first returns the first characters of a text.
func first(text string, most int) string {
	if len(text) <= most {
		return text
	}
	count := 0
	for i := range text {
		if count == most {
			return text[:i]
		}
		count++
	}
	return text
}

// lines finds the lines of offsets that grow.
type lines struct {
	bytes  []byte
	offset int
	line   int
}

// at returns the line of an offset, which is no smaller than the one before.
func (l *lines) at(offset int) int {
	for ; l.offset < offset; l.offset++ {
		if l.bytes[l.offset] == '\n' {
			l.line++
		}
	}
	return l.line
}

// Has reports whether a path is that of an element that is masked, or of one that has one
// in it.
func (r Reading) Has(path string) bool { return r.Root != nil && r.Root.has(path) }

func (e *Element) has(path string) bool {
	if e.Path != "" && (e.Path == path || strings.HasPrefix(e.Path, path+"/")) {
		return true
	}
	return slices.ContainsFunc(e.Children, func(child *Element) bool { return child.has(path) })
}
