package facts

import (
	"slices"

	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// Personal says which elements and attributes of a kind of document are about a person.
// The zero value does not know the kind: all may be.
type Personal struct {
	known      bool
	elements   map[string][]paths.Path // by the name at their end
	attributes map[string][]paths.Path
}

// PersonalIn returns what a table says is about a person.
func PersonalIn(t paths.Table) Personal {
	if t.Personal == nil {
		return Personal{}
	}
	p := Personal{known: true, elements: make(map[string][]paths.Path), attributes: make(map[string][]paths.Path)}
	for _, path := range t.Personal {
		if path.Attribute != "" {
			p.attributes[path.Attribute] = append(p.attributes[path.Attribute], path)
			continue
		}
		last := path.Steps[len(path.Steps)-1].Name
		p.elements[last] = append(p.elements[last], path)
	}
	return p
}

// Personal returns what is about a person in the document.
func (f Facts) Personal() Personal { return PersonalIn(f.source().table) }

// Knows reports whether the kind says what is about a person.
func (p Personal) Knows() bool { return p.known }

// Has reports whether an element, with all that is in it, is about a person. It does not
// look at the elements that the element is in.
func (p Personal) Has(n strict.Node) bool {
	if !p.known {
		return true
	}
	ends := func(path paths.Path) bool { return endsAt(n, path.Steps) }
	return slices.ContainsFunc(p.elements[n.Local()], ends) || slices.ContainsFunc(p.elements["*"], ends)
}

// Includes reports whether an element, or one that it is in, is about a person.
func (p Personal) Includes(n strict.Node) bool {
	for ; n.Exists(); n = n.Parent() {
		if p.Has(n) {
			return true
		}
	}
	return false
}

// HasAttribute reports whether an attribute of an element is about a person.
func (p Personal) HasAttribute(n strict.Node, local string) bool {
	if !p.known {
		return true
	}
	return slices.ContainsFunc(p.attributes[local], func(path paths.Path) bool { return endsAt(n, path.Steps) })
}

// endsAt reports whether steps lead to an element from one that it is in.
func endsAt(n strict.Node, steps []paths.Step) bool {
	for i := range slices.Backward(steps) {
		if !n.Exists() || !selects(&steps[i], n) {
			return false
		}
		n = n.Parent()
	}
	return true
}
