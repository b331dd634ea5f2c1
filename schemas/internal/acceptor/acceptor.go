// Package acceptor accepts documents by tables that are made of a grammar, fast.
//
// An [Acceptor] says that a document is valid, or that it is not sure. It never says
// valid of a document that the XSD engine refuses: what of XML Schema it does not do
// exactly as the engine does makes it unsure. So does every fault: the engine then
// judges and explains. Tests hold the two against each other.
package acceptor

import (
	"sync"

	"beibu/schemas/internal/grammar"
	"beibu/signing/strict"
)

// An Acceptor has a schema as tables. It may be used by many goroutines at once.
type Acceptor struct {
	spaces map[string]int32 // numbers of the namespaces that the schema names, from 1
	roots  map[grammar.Name]*content
	bare   bool      // a file of the schema has no namespace
	idle   sync.Pool // of *walk
}

// Accepts reports whether a document is valid for sure. The tree must be of a document
// without a fault. What xsi:schemaLocation says is passed over.
func (a *Acceptor) Accepts(tree *strict.Tree) bool {
	root := tree.Root()
	of, ok := a.roots[grammar.Name{Space: root.Space(), Local: root.Local()}]
	if !ok {
		return false
	}
	w, _ := a.idle.Get().(*walk)
	if w == nil {
		w = &walk{acceptor: a}
	}
	defer w.end()
	return w.begin(tree) && w.element(root, of) && w.distinct()
}

// A content is what an element of a type may have, as tables.
type content struct {
	doubtful   bool
	anything   bool // an element that no schema declares: what is in it is judged if declared
	mixed      bool
	text       *text // of simple content, else nil
	attributes []attribute
	required   uint64 // bits of the attributes that must be there

	names     names
	automaton *grammar.Automaton
	children  []*content // by number in the automaton
}

// An attribute is one that a type declares.
type attribute struct {
	local string
	space int32
	text  *text
}
