// Package grammar reads schema files to explain to people what a schema expects: the
// elements that may follow, the attributes of an element, what a text may be.
//
// It refuses nothing: the XSD engine judges, and this package explains the
// verdict. What it does not understand it leaves out, so that an explanation
// may be vague, and says that it did: no document is accepted by a type that is
// doubtful.
package grammar

import (
	"cmp"
	"maps"
	"slices"
)

// A Name is a local name in a namespace.
type Name struct{ Space, Local string }

// A Grammar is what a set of schema files says.
type Grammar struct {
	Spaces []string // the target namespaces of the files

	elements   map[Name]*Element
	types      map[Name]*Type
	attributes map[Name]*Attribute
}

// Element returns a global element, or nil.
func (g *Grammar) Element(name Name) *Element { return g.elements[name] }

// Elements returns the names of all global elements, sorted.
func (g *Grammar) Elements() []Name {
	return slices.SortedFunc(maps.Keys(g.elements), func(a, b Name) int {
		return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Local, b.Local))
	})
}

// Type returns a named type, or nil.
func (g *Grammar) Type(name Name) *Type { return g.types[name] }

// An Element is a declared element.
type Element struct {
	Name     Name
	Doubtful bool  // as of a type
	Type     *Type // nil if it is not known
}

// An Attribute is a declared attribute.
type Attribute struct {
	Name     Name
	Required bool
	Doubtful bool  // as of a type
	Type     *Type // simple; nil if it is not known
}

// A Type is what an element or attribute may hold.
type Type struct {
	Name       Name // zero for a type without a name
	Text       *Text
	Mixed      bool
	Attributes []Attribute
	AnyAttr    bool // attributes beyond those named may be there
	Doubtful   bool // the schema says more of it than is read

	content expr
	all     map[Name]*Element // the elements of content
	others  []wildcard        // of content
}

// Simple reports whether the type holds text and no elements.
func (t *Type) Simple() bool { return t != nil && t.Text != nil }

// Child returns the element that a name stands for within the type: one of
// its own, or nil.
func (t *Type) Child(name Name) *Element {
	if t == nil {
		return nil
	}
	return t.all[name]
}

// Takes reports whether the type may hold an element of a name at all.
func (t *Type) Takes(name Name) bool {
	return t != nil && (t.all[name] != nil || slices.ContainsFunc(t.others, func(w wildcard) bool { return w.allows(name.Space) }))
}

// Elements returns the names of the elements that the type may hold, each
// once, in the order in which the schema declares them.
func (t *Type) Elements() []Name {
	if t == nil {
		return nil
	}
	var names []Name
	leaves(t.content, func(name Name) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	return names
}

// Attribute returns the attribute of a name, if the type declares it.
func (t *Type) Attribute(name Name) (Attribute, bool) {
	if t == nil {
		return Attribute{}, false
	}
	i := slices.IndexFunc(t.Attributes, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		return Attribute{}, false
	}
	return t.Attributes[i], true
}

// Lacks returns the required attributes that an element does not have.
func (t *Type) Lacks(have map[Name]bool) []Name {
	if t == nil {
		return nil
	}
	var names []Name
	for _, a := range t.Attributes {
		if a.Required && !have[a.Name] {
			names = append(names, a.Name)
		}
	}
	return names
}

// Start returns the content model before any child.
func (t *Type) Start() Model {
	if t == nil {
		return Model{}
	}
	return Model{at: t.content}
}

// A Text says which texts a simple type allows. Zero fields do not limit.
type Text struct {
	Doubtful bool     // as of a type
	Base     string   // the built-in type underneath, such as "decimal"; "" for a list or union
	Values   []string // an enumeration
	Patterns []string
	Steps    [][]string // patterns of each restriction: one of each must match
	Facets   []Facet    // bounds and lengths
}

// A Facet is a limit such as maxLength 35.
type Facet struct{ Kind, Value string }
