package c14n

import (
	"bytes"
	"slices"

	"beibu/signing/strict"
)

// declareInScope collects the declarations of Canonical XML 1.0 §2.3: on the
// apex all that are in scope, further in those that change something.
func (w *Writer) declareInScope(s *strict.Scanner) {
	bindings, depth := s.Bindings(), s.Depth()
	for i := len(bindings) - 1; i >= 0; i-- {
		b := &bindings[i]
		if w.depth > 1 && int(b.Depth) != depth {
			return // the bindings of this element are at the end
		}
		if string(b.Prefix) == "xml" || hidden(bindings[i+1:], b.Prefix) {
			continue
		}
		outer := int32(0)
		if w.depth > 1 {
			outer = inForce(bindings[:i], b.Prefix)
		}
		if outer != b.Space {
			w.insert(*b)
		}
	}
}

func hidden(later []strict.Binding, prefix []byte) bool {
	for i := range later {
		if string(later[i].Prefix) == string(prefix) {
			return true
		}
	}
	return false
}

func inForce(bindings []strict.Binding, prefix []byte) int32 {
	for _, binding := range slices.Backward(bindings) {
		if string(binding.Prefix) == string(prefix) {
			return binding.Space
		}
	}
	return 0
}

// writeWithInherited merges the attributes of the apex with those that it
// inherits, by namespace name and local name. Its own win.
func (w *Writer) writeWithInherited(s *strict.Scanner) {
	for _, a := range w.attributes {
		if string(s.Space(a.Space)) == xmlSpace {
			w.inherited = without(w.inherited, s.Bytes(a.Local, a.End))
		}
	}
	rest := w.inherited
	sortInherited(rest)
	for i := range w.attributes {
		a := &w.attributes[i]
		for len(rest) > 0 && inheritedFirst(s, rest[0].local, a) {
			w.inheritedAttribute(rest[0])
			rest = rest[1:]
		}
		w.attribute(s, a)
	}
	for _, in := range rest {
		w.inheritedAttribute(in)
	}
	w.inherited = w.inherited[:0]
}

func sortInherited(list []inherited) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && bytes.Compare(list[j].local, list[j-1].local) < 0; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

func inheritedFirst(s *strict.Scanner, local []byte, a *strict.Attribute) bool {
	if c := bytes.Compare([]byte(xmlSpace), s.Space(a.Space)); c != 0 {
		return c < 0
	}
	return bytes.Compare(local, s.Bytes(a.Local, a.End)) < 0
}

func (w *Writer) inheritedAttribute(in inherited) {
	w.out = append(w.out, " xml:"...)
	w.out = append(w.out, in.local...)
	w.out = append(w.out, '=', '"')
	w.out = appendValue(w.out, in.value)
	w.out = append(w.out, '"')
}
