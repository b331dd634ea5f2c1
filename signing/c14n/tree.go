package c14n

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"beibu/signing/strict"
)

// A TreeWriter writes the canonical form of a document that was read already, all but
// one element of it, as the enveloped-signature transform asks. What the document has
// in canonical form is copied as it is, in runs as long as they go: a document
// that is canonical is one run before that element and one after it. The zero
// TreeWriter is ready for Reset. It keeps its scratch space.
type TreeWriter struct {
	tree   *strict.Tree
	bytes  []byte
	except strict.Node
	method Method

	to       io.Writer
	err      error
	out      []byte
	from, at int // the run: bytes of the document that are in the output behind out

	rest       []strict.Declaration // of the elements from here on
	scope      []scoped             // declarations of open elements that are in the output
	attributes []strict.Attribute   // of one start tag, in order
	declared   []declared           // to be written on one start tag, in order
	plain      []plain              // of each namespace name, whether it can be copied
}

// largestKept is what scratch space may hold to be kept: a text with a reference in it
// may be as long as a document.
const largestKept = 64 << 10

// scoped is a prefix and the number of its namespace on open elements.
type scoped struct {
	prefix []byte
	space  int32
}

// declared is a declaration to be written.
type declared struct {
	scoped
	own int // offset of the declaration in the start tag, or -1 if it is not there
}

// plain says whether a character of a namespace name is written otherwise in a value.
type plain uint8

const (
	unknown plain = iota
	isPlain
	isEscaped
)

// Reset makes the writer ready for a tree without a fault. Nothing of except, if there
// is one, is written. It fails with ErrRelativeNamespace as Canonical XML 1.0 §1.3 says.
// Reset(nil, strict.Node{}) lets go of the last tree.
func (w *TreeWriter) Reset(tree *strict.Tree, except strict.Node) error {
	w.tree, w.except, w.bytes, w.to = tree, except, nil, nil
	clear(w.scope[:cap(w.scope)])
	clear(w.declared[:cap(w.declared)])
	w.rest, w.plain = nil, w.plain[:0]
	if tree == nil {
		if cap(w.out) > largestKept {
			w.out = nil
		}
		return nil
	}
	w.bytes = tree.Bytes()
	w.plain = append(w.plain, make([]plain, len(tree.Spaces()))...)
	for _, d := range tree.Declarations() {
		if n := tree.Element(d.Element); except.Exists() && n.Start() >= except.Start() && n.Start() < except.End() {
			continue
		}
		if uri := tree.Spaces()[d.Space]; uri != "" && !isAbsolute(uri) {
			return fmt.Errorf("write canonical form: %w", ErrRelativeNamespace)
		}
	}
	return nil
}

// Write writes the canonical form to out.
func (w *TreeWriter) Write(out io.Writer, method Method) error {
	w.to, w.method, w.err = out, method, nil
	w.out, w.from, w.at = w.out[:0], 0, 0
	w.rest, w.scope = w.tree.Declarations(), w.scope[:0]
	w.element(w.tree.Root())
	w.endRun()
	w.flush()
	return w.err
}

func (w *TreeWriter) element(n strict.Node) {
	if n == w.except {
		return
	}
	outer := len(w.scope)
	w.startTag(n)
	untidy := n.Untidy()
	at := n.From()
	for child := n.FirstChild(); child.Exists(); child = child.Next() {
		w.text(at, child.Start(), untidy)
		w.element(child)
		at = child.End()
	}
	w.text(at, n.To(), untidy)
	if untidy&strict.UntidyEnd == 0 {
		w.copy(n.To(), n.End())
	} else {
		name := n.Name()
		w.put("</")
		w.copy(int(name.Start), int(name.End))
		w.put(">")
	}
	w.scope = w.scope[:outer]
}

// text writes what is between two tags.
func (w *TreeWriter) text(from, to int, untidy strict.Untidy) {
	const comment, commentEnd, cdata, cdataEnd = "<!--", "-->", "<![CDATA[", "]]>"
	if untidy&strict.UntidyText == 0 {
		w.copy(from, to)
		return
	}
	for rest := w.bytes[from:to]; len(rest) > 0; {
		var piece []byte
		switch {
		case bytes.HasPrefix(rest, []byte(comment)):
			_, rest, _ = bytes.Cut(rest[len(comment):], []byte(commentEnd))
		case bytes.HasPrefix(rest, []byte(cdata)):
			piece, rest, _ = bytes.Cut(rest[len(cdata):], []byte(cdataEnd))
			w.endRun()
			w.out = appendCData(w.out, piece)
		default:
			end := bytes.IndexByte(rest, '<')
			if end < 0 {
				end = len(rest)
			}
			w.endRun()
			w.out = appendText(w.out, rest[:end])
			rest = rest[end:]
		}
	}
}

// startTag writes a start tag: as it is if it is canonical, else what differs.
func (w *TreeWriter) startTag(n strict.Node) {
	own := w.own(n)
	attributes := n.Attributes()
	if len(attributes) > 1 {
		w.attributes = append(w.attributes[:0], attributes...)
		slices.SortFunc(w.attributes, w.compare)
		attributes = w.attributes
	}
	w.declare(n, own, attributes)
	name := n.Name()
	switch {
	case n.Untidy()&strict.UntidyStart != 0 || !w.inOrder(attributes):
	case len(own) == len(w.declared) && w.areOwn():
		w.copy(n.Start(), n.From())
		return
	case len(own) == 0:
		w.copy(n.Start(), int(name.End))
		w.declarations()
		w.copy(int(name.End), n.From())
		return
	}
	w.copy(n.Start(), int(name.End))
	w.declarations()
	for i := range attributes {
		w.attribute(&attributes[i])
	}
	w.put(">")
}

// own returns the declarations of an element, which is to be asked of each in
// document order.
func (w *TreeWriter) own(n strict.Node) []strict.Declaration {
	for len(w.rest) > 0 && w.rest[0].Element < n.Number() { // of the element that is left out
		w.rest = w.rest[1:]
	}
	count := 0
	for count < len(w.rest) && w.rest[count].Element == n.Number() {
		count++
	}
	own := w.rest[:count]
	w.rest = w.rest[count:]
	return own
}

// declare collects the declarations to be written: in inclusive form those of the
// element that change something (Canonical XML 1.0 §2.3), in exclusive form those that
// it uses visibly and that are not in force (Exclusive XML Canonicalization 1.0 §3).
func (w *TreeWriter) declare(n strict.Node, own []strict.Declaration, attributes []strict.Attribute) {
	w.declared = w.declared[:0]
	if w.method == Inclusive {
		for _, d := range own {
			w.bring(w.tree.Prefix(d), d.Space, own)
		}
		return
	}
	w.bring(w.prefix(n.Name()), n.Name().Space, own)
	for i := range attributes {
		if a := &attributes[i]; a.HasPrefix() {
			w.bring(w.prefix(a.Name), a.Space, own)
		}
	}
}

func (w *TreeWriter) prefix(n strict.Name) []byte {
	if !n.HasPrefix() {
		return nil
	}
	return w.bytes[n.Start : n.Local-1]
}

// bring has a declaration written, in order of prefix, unless it is in force.
func (w *TreeWriter) bring(prefix []byte, space int32, own []strict.Declaration) {
	if string(prefix) == "xml" {
		return
	}
	inForce := int32(0)
	for i := len(w.scope) - 1; i >= 0; i-- {
		if s := &w.scope[i]; string(s.prefix) == string(prefix) {
			inForce = s.space
			break
		}
	}
	if inForce == space { // also the default namespace that is none, if none is in force
		return
	}
	d := declared{scoped{prefix, space}, -1}
	for i := range own {
		if string(w.tree.Prefix(own[i])) == string(prefix) {
			d.own = int(own[i].Start)
		}
	}
	w.scope = append(w.scope, d.scoped)
	w.declared = append(w.declared, d)
	for j := len(w.declared) - 1; j > 0 && bytes.Compare(w.declared[j].prefix, w.declared[j-1].prefix) < 0; j-- {
		w.declared[j], w.declared[j-1] = w.declared[j-1], w.declared[j]
	}
}

func (w *TreeWriter) compare(a, b strict.Attribute) int {
	if a.Space != b.Space {
		return strings.Compare(w.tree.Space(a), w.tree.Space(b))
	}
	return bytes.Compare(w.bytes[a.Local:a.End], w.bytes[b.Local:b.End])
}

// inOrder reports whether the attributes are in the document in the order in which
// they are to be written, behind the declarations that are there too.
func (w *TreeWriter) inOrder(attributes []strict.Attribute) bool {
	last := -1
	for i := range w.declared {
		last = max(last, w.declared[i].own)
	}
	for i := range attributes {
		if int(attributes[i].Start) < last {
			return false
		}
		last = int(attributes[i].Start)
	}
	return true
}

// areOwn reports whether the declarations to be written are those of the start tag, in
// this order.
func (w *TreeWriter) areOwn() bool {
	last := -1
	for i := range w.declared {
		if w.declared[i].own <= last {
			return false
		}
		last = w.declared[i].own
	}
	return true
}

// declarations writes namespace nodes (Canonical XML 1.0 §2.3).
func (w *TreeWriter) declarations() {
	for i := range w.declared {
		d := &w.declared[i]
		w.put(" xmlns")
		if len(d.prefix) > 0 {
			w.put(":")
			w.out = append(w.out, d.prefix...)
		}
		w.put(`="`)
		if uri := w.tree.Spaces()[d.space]; w.isPlain(d.space, uri) {
			w.put(uri)
		} else {
			w.out = appendEscaped(w.out, []byte(uri))
		}
		w.put(`"`)
	}
}

func (w *TreeWriter) isPlain(space int32, uri string) bool {
	if w.plain[space] == unknown {
		w.plain[space] = isPlain
		if strings.ContainsAny(uri, "&<\"\t\n\r") {
			w.plain[space] = isEscaped
		}
	}
	return w.plain[space] == isPlain
}

func (w *TreeWriter) attribute(a *strict.Attribute) {
	w.put(" ")
	w.copy(int(a.Start), int(a.End))
	w.put(`="`)
	if a.Marks == 0 {
		w.copy(int(a.ValueStart), int(a.ValueEnd))
	} else {
		w.out = appendValue(w.out, w.bytes[a.ValueStart:a.ValueEnd])
	}
	w.put(`"`)
}

// copy writes bytes of the document.
func (w *TreeWriter) copy(from, to int) {
	if from != w.at {
		w.endRun()
		w.from = from
	}
	w.at = to
}

// put writes a text.
func (w *TreeWriter) put(text string) {
	w.endRun()
	w.out = append(w.out, text...)
}

// endRun puts the run into the output, so that something else can be written behind it.
func (w *TreeWriter) endRun() {
	run := w.bytes[w.from:w.at]
	w.from = w.at
	if len(run) < directSize {
		w.out = append(w.out, run...)
	} else if w.flush(); w.err == nil {
		_, w.err = w.to.Write(run)
	}
	if len(w.out) >= bufferSize {
		w.flush()
	}
}

// flush writes out what is held back. The first failure ends the writing.
func (w *TreeWriter) flush() {
	if w.err == nil && len(w.out) > 0 {
		_, w.err = w.to.Write(w.out)
	}
	w.out = w.out[:0]
}
