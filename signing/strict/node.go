package strict

import (
	"bytes"
	"iter"
	"strconv"
)

// A Node is an element of a tree, or none: the zero Node stands for an element
// that is not there, and every method may be called on it.
type Node struct {
	tree  *Tree
	index int32 // of the element, from 1
}

// Exists reports whether the node is there.
func (n Node) Exists() bool { return n.tree != nil }

func (n Node) element() *element { return &n.tree.elements[n.index] }

func (n Node) at(index int32) Node {
	if index == 0 {
		return Node{}
	}
	return Node{n.tree, index}
}

// Space returns the namespace name.
func (n Node) Space() string {
	if !n.Exists() {
		return ""
	}
	return n.tree.spaces[n.element().name.Space]
}

// Local returns the local name.
func (n Node) Local() string {
	if !n.Exists() {
		return ""
	}
	return n.element().local
}

// whitespace is what XML 1.0 calls so, S [3].
const whitespace = " \t\r\n"

// Text returns the character data directly in the element, references
// resolved and CDATA joined, with white space trimmed at both ends.
func (n Node) Text() string {
	if !n.Exists() {
		return ""
	}
	return string(n.text())
}

// Content is Text with the white space at both ends.
func (n Node) Content() string {
	if !n.Exists() {
		return ""
	}
	return string(n.AppendContent(nil))
}

// Plain returns the content of the element as it is written, or false if it is to be
// decoded or has more than text: then AppendContent returns it. It is not to be changed.
func (n Node) Plain() ([]byte, bool) {
	e := n.element()
	return n.tree.bytes[e.from:e.to], e.simple
}

// HasText reports whether there is text directly in the element that is not white
// space. A reference and a CDATA section count as such.
func (n Node) HasText() bool { return n.element().text }

// TextIs reports whether the text of the element, as Text returns it, is as is
// wants it. It copies no text, and is must neither change nor keep it.
func (n Node) TextIs(is func(text []byte) bool) bool {
	if !n.Exists() {
		return is(nil)
	}
	return is(n.text())
}

func (n Node) text() []byte {
	if e := n.element(); e.simple {
		return trimmed(n.tree.bytes[e.from:e.to])
	}
	return trimmed(n.AppendContent(nil))
}

// trimmed returns text without white space around it. [bytes.Trim] would make a set
// of the four characters at every call.
func trimmed(text []byte) []byte {
	for len(text) > 0 && class[text[0]]&blank != 0 {
		text = text[1:]
	}
	for len(text) > 0 && class[text[len(text)-1]]&blank != 0 {
		text = text[:len(text)-1]
	}
	return text
}

// Is reports whether the text of the element, as Text returns it, is as given. It
// copies no text.
func (n Node) Is(text string) bool {
	if !n.Exists() {
		return text == ""
	}
	return string(n.text()) == text
}

// AppendContent appends the character data between the children. In a document without
// a fault every search finds its end; in one with a fault it stops at what it cannot
// read.
func (n Node) AppendContent(out []byte) []byte {
	e, b := n.element(), n.tree.bytes
	child := e.first
	for p := e.from; p < e.to; {
		rest := b[p:e.to]
		switch {
		case rest[0] != '<':
			end := bytes.IndexByte(rest, '<')
			if end < 0 {
				end = len(rest)
			}
			out = AppendText(out, rest[:end], false)
			p += int32(end) //nolint:gosec // Scanner bounds offsets
		case bytes.HasPrefix(rest, []byte("<!--")):
			end := bytes.Index(rest[len("<!--"):], []byte("-->"))
			if end < 0 {
				return out
			}
			p += int32(len("<!--") + end + len("-->")) //nolint:gosec // Scanner bounds offsets
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			end := bytes.Index(rest, []byte("]]>"))
			if end < 0 {
				return out
			}
			out = AppendText(out, rest[len("<![CDATA["):end], true)
			p += int32(end + len("]]>")) //nolint:gosec // Scanner bounds offsets
		case child == 0:
			return out
		default:
			p = n.tree.elements[child].after
			child = n.tree.elements[child].next
		}
	}
	return out
}

// Attr returns the value of the attribute in no namespace with this local
// name, normalised, or "".
func (n Node) Attr(local string) string {
	if !n.Exists() {
		return ""
	}
	e, b := n.element(), n.tree.bytes
	for _, a := range n.tree.attributes[e.attributes:e.attributeEnd] {
		if a.Space == spaceNone && string(b[a.Local:a.End]) == local {
			return n.tree.Value(a)
		}
	}
	return ""
}

// HasAttributes reports whether the element has an attribute, in whatever namespace.
func (n Node) HasAttributes() bool {
	if !n.Exists() {
		return false
	}
	e := n.element()
	return e.attributes != e.attributeEnd
}

// Find returns the first element at a path of local names below n, such as
// "Shipment/Consignment/ID", or none. A step "*" takes any element.
func (n Node) Find(path string) Node {
	if !n.Exists() {
		return Node{}
	}
	step, rest, more := cut(path)
	for i := n.element().first; i != 0; i = n.tree.elements[i].next {
		if step != "*" && n.tree.elements[i].local != step {
			continue
		}
		child := Node{n.tree, i}
		if !more {
			return child
		}
		if found := child.Find(rest); found.Exists() {
			return found
		}
	}
	return Node{}
}

// All iterates over every element at a path of local names below n, in
// document order. A step "*" takes any element.
func (n Node) All(path string) iter.Seq[Node] {
	return func(yield func(Node) bool) { n.walk(path, yield) }
}

// walk calls yield for every element at path and returns false if yield did.
func (n Node) walk(path string, yield func(Node) bool) bool {
	if !n.Exists() {
		return true
	}
	step, rest, more := cut(path)
	for i := n.element().first; i != 0; i = n.tree.elements[i].next {
		if step != "*" && n.tree.elements[i].local != step {
			continue
		}
		child := Node{n.tree, i}
		if more && !child.walk(rest, yield) || !more && !yield(child) {
			return false
		}
	}
	return true
}

// cut parts the first step of a path from the rest. Steps are short: a loop finds
// their end faster than [strings.Cut] does.
func cut(path string) (step, rest string, more bool) {
	for i := range len(path) {
		if path[i] == '/' {
			return path[:i], path[i+1:], true
		}
	}
	return path, "", false
}

// Children iterates over the child elements.
func (n Node) Children() iter.Seq[Node] { return n.All("*") }

// Descendants iterates over all elements below n, in document order.
func (n Node) Descendants() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if !n.Exists() {
			return
		}
		all, end := n.tree.elements, n.element().after
		for i := int(n.index) + 1; i < len(all) && all[i].start < end; i++ {
			if !yield(Node{n.tree, int32(i)}) { //nolint:gosec // bounded by the size
				return
			}
		}
	}
}

// Parent returns the parent element, or none for the root.
func (n Node) Parent() Node {
	if !n.Exists() {
		return Node{}
	}
	return n.at(n.element().parent)
}

// Path returns the path of the element, in local names, with a position from
// 1 if a sibling has the same name: /GoodsItemPassport/Shipment/GoodsItem[3].
// Of a name that is longer than any schema's it shows the beginning.
func (n Node) Path() string {
	if !n.Exists() {
		return ""
	}
	path := n.Parent().Path() + "/" + shortened([]byte(n.Local()))
	position, same := 0, 0
	for sibling := range n.Parent().All(n.Local()) {
		same++
		if sibling == n {
			position = same
		}
	}
	if same > 1 {
		path += "[" + strconv.Itoa(position) + "]"
	}
	return path
}

// Position returns the line and the byte column, both from 1, of the
// element's start tag, or 0, 0.
func (n Node) Position() (line, column int) {
	if !n.Exists() {
		return 0, 0
	}
	return Position(n.tree.bytes, int(n.element().start))
}

// Contains reports whether another element of the tree is in the element, however
// deep.
func (n Node) Contains(other Node) bool {
	return n.Exists() && other.index > n.index && other.element().start < n.element().after
}

// Compare orders nodes of one tree in document order: negative
// if n comes before other, 0 if they are the same.
func (n Node) Compare(other Node) int { return int(n.index - other.index) }
