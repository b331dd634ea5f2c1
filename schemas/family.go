package schemas

import (
	"slices"

	"beibu/schemas/internal/grammar"
)

// A lack is an element that a parent must have and has not: one of the names.
type lack struct {
	names  []grammar.Name
	before int32 // the child in whose place it is missing, or none at the end
}

// A family is what is found wrong with the children of an element.
type family struct {
	*explainer

	parent   int32
	model    grammar.Model
	lacks    []lack                  // at most maxLacks
	later    map[grammar.Name]int    // how many children of a name are to come
	passed   map[grammar.Name]bool   // names of children that are not where they may be
	byLocal  map[string]grammar.Name // the names that the parent's type has
	hopeless map[grammar.Name]bool   // names that have no place behind model
	refused  int                     // how many of them are explained, at most MaxViolations
}

// maxLacks bounds how many elements are reported missing in one parent.
const maxLacks = 64

// family explains all that is wrong with the children of an element: what is
// missing, in one violation, each that the schema does not know there, and the
// first that is out of place, since others may only follow from it.
func (x *explainer) family(parent int32) {
	about := topic{parent, "children"}
	if x.reported[about] {
		return
	}
	x.reported[about] = true
	f := &family{
		explainer: x, parent: parent, model: x.typeOf(parent).Start(),
		later: make(map[grammar.Name]int), passed: make(map[grammar.Name]bool),
		byLocal: make(map[string]grammar.Name), hopeless: make(map[grammar.Name]bool),
	}
	for _, name := range x.typeOf(parent).Elements() {
		if _, ok := f.byLocal[name.Local]; !ok {
			f.byLocal[name.Local] = name
		}
	}
	for child := range x.children(parent) {
		if name := x.name(child); x.typeOf(parent).Takes(name) {
			f.later[name]++
		}
	}
	for child := range x.children(parent) {
		if name := x.name(child); x.typeOf(parent).Takes(name) {
			f.later[name]--
			if f.step(child, name) {
				continue
			}
		}
		f.refuse(child)
	}
	f.end()
	if len(f.lacks) > 0 || f.refused == 0 {
		f.addMissing()
	}
}

// step moves behind a child of a name, over what is missing before it. It
// returns false if the child may not be here.
func (f *family) step(child int32, name grammar.Name) bool {
	if f.hopeless[name] {
		return false
	}
	model := f.model
	var lacks []lack
	for len(lacks) <= maxLacks {
		if next, ok := model.Step(name); ok {
			f.model = next
			clear(f.hopeless)
			f.lacks = append(f.lacks, lacks[:min(len(lacks), maxLacks-len(f.lacks))]...)
			return true
		}
		missing := model.Missing(name)
		if len(missing) == 0 {
			f.hopeless[name] = true
			return false
		}
		if f.follow(missing) {
			return false
		}
		next, ok := model.Step(missing[0])
		if !ok {
			return false
		}
		if model = next; !f.hasPassed(missing) {
			lacks = append(lacks, lack{missing, child})
		}
	}
	return false
}

// hasPassed returns whether one of the names is that of a child that is there,
// out of place.
func (f *family) hasPassed(names []grammar.Name) bool {
	return slices.ContainsFunc(names, func(n grammar.Name) bool { return f.passed[n] })
}

// end finds what is missing behind the last child.
func (f *family) end() {
	for n := 0; n <= maxLacks && !f.model.Complete(); n++ {
		names := f.model.Required()
		if len(names) == 0 {
			return
		}
		next, ok := f.model.Step(names[0])
		if !ok {
			return
		}
		if f.model = next; !f.hasPassed(names) && len(f.lacks) < maxLacks {
			f.lacks = append(f.lacks, lack{names, none})
		}
	}
}

// refuse explains a child that may not be where it is, if that is not a
// consequence of what was explained before.
func (f *family) refuse(child int32) {
	model, name := f.model, f.name(child)
	meant := f.meant(name)
	if known := f.typeOf(f.parent).Takes(meant); f.refused == MaxViolations && (!known || f.passed[name]) {
		return
	} else if known {
		f.passed[meant] = true
	}
	if meant != name { // only its namespace is wrong
		f.step(child, meant)
	}
	known := f.typeOf(f.parent).Child(meant) != nil
	if known && f.refused > 0 || f.refused == MaxViolations {
		return
	}
	f.refused++
	missing := model.Missing(name)
	if !f.follow(missing) {
		missing = nil
	}
	f.addOnce(topic{child, "place"}, f.unexpected(child, model, missing), f.start(child))
}

// meant returns the name that the parent's type has for a local name.
func (f *family) meant(name grammar.Name) grammar.Name {
	if f.typeOf(f.parent).Child(name) != nil {
		return name
	}
	if declared, ok := f.byLocal[name.Local]; ok {
		return declared
	}
	return name
}

func (f *family) addMissing() {
	n := f.Element(f.parent)
	at := n.Close()
	if n.IsEmptyTag() {
		at = n.Start()
	}
	if len(f.lacks) > 0 && f.lacks[0].before != none {
		at = f.start(f.lacks[0].before)
	}
	f.addOnce(topic{f.parent, "missing"}, f.missing(f.parent, f.lacks), at)
}

// follow returns whether a child of one of the names is to come.
func (f *family) follow(names []grammar.Name) bool {
	return slices.ContainsFunc(names, func(n grammar.Name) bool { return f.later[n] > 0 })
}
