package c14n

import (
	"bytes"
	"slices"

	"beibu/signing/strict"
)

// declareUsed collects the declarations of Exclusive XML Canonicalization 1.0
// §3: of each prefix that the element or its attributes use visibly, if the
// output does not have it in force already. An InclusiveNamespaces list is not
// known here: the profile has none.
func (w *Writer) declareUsed(s *strict.Scanner) {
	name := s.Name()
	w.declareExclusive(s, prefixOf(s, name), name.Space)
	for i := range w.attributes {
		if a := &w.attributes[i]; a.HasPrefix() {
			w.declareExclusive(s, prefixOf(s, a.Name), a.Space)
		}
	}
}

func prefixOf(s *strict.Scanner, n strict.Name) []byte {
	if !n.HasPrefix() {
		return nil
	}
	return s.Bytes(n.Start, n.Local-1)
}

func (w *Writer) declareExclusive(s *strict.Scanner, prefix []byte, space int32) {
	if string(prefix) == "xml" {
		return
	}
	inForce := int32(0)
	for _, v := range slices.Backward(w.rendered) {
		if string(v.prefix) == string(prefix) {
			inForce = v.space
			break
		}
	}
	if inForce == space { // also the default namespace that is none, if none is in force
		return
	}
	w.rendered = append(w.rendered, rendered{prefix, space, w.depth})
	w.insert(strict.Binding{Prefix: prefix, URI: s.Space(space), Space: space})
}

// insert keeps the declarations in order of prefix, the default first.
func (w *Writer) insert(b strict.Binding) {
	w.declared = append(w.declared, b)
	for j := len(w.declared) - 1; j > 0 && bytes.Compare(w.declared[j].Prefix, w.declared[j-1].Prefix) < 0; j-- {
		w.declared[j], w.declared[j-1] = w.declared[j-1], w.declared[j]
	}
}
