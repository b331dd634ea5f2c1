package c14n

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"beibu/signing/strict"
)

// A Method is a way to write XML canonically.
type Method uint8

// The methods, both without comments.
const (
	Exclusive Method = iota // http://www.w3.org/2001/10/xml-exc-c14n#
	Inclusive               // http://www.w3.org/TR/2001/REC-xml-c14n-20010315
)

// URI returns the identifier of the method (XML Signature Syntax §6.5).
func (m Method) URI() string {
	if m == Inclusive {
		return "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	}
	return "http://www.w3.org/2001/10/xml-exc-c14n#"
}

// ErrRelativeNamespace is the failure that Canonical XML 1.0 §1.3 asks for
// if a namespace name is no absolute URI.
var ErrRelativeNamespace = errors.New("a namespace name is not an absolute URI")

// A Writer writes the canonical form of an element, the apex, and all within.
// The zero Writer is ready for Reset. It keeps its scratch space.
type Writer struct {
	to     io.Writer
	method Method
	err    error
	out    []byte
	depth  int // open elements, the apex having 1

	rendered   []rendered         // declarations written on open elements
	attributes []strict.Attribute // of one start tag, in order
	declared   []strict.Binding   // to be written on one start tag, in order
	inherited  []inherited        // attributes of ancestors in the xml namespace
}

// rendered is a declaration that is in the output.
type rendered struct {
	prefix []byte
	space  int32
	depth  int
}

// inherited is an attribute such as xml:lang of an element around the apex.
type inherited struct{ local, value []byte }

const (
	bufferSize = 8 << 10
	// From this size on, plain character data goes straight to the output.
	directSize = 1 << 10
)

// Reset makes the writer ready for another apex, to be written to out.
func (w *Writer) Reset(out io.Writer, method Method) {
	if w.out == nil {
		w.out = make([]byte, 0, bufferSize+bufferSize/2)
	}
	w.to, w.method, w.err, w.depth = out, method, nil, 0
	w.out = w.out[:0]
	clear(w.rendered[:cap(w.rendered)])
	clear(w.declared[:cap(w.declared)])
	clear(w.inherited[:cap(w.inherited)])
	w.rendered, w.declared, w.inherited = w.rendered[:0], w.declared[:0], w.inherited[:0]
}

// Inherit notes an attribute in the xml namespace, such as xml:lang, of an
// element around the apex; to be called from the outside inwards, with the value
// as it is in the document. Inclusive form gives it to the apex (Canonical
// XML 1.0 §2.4); exclusive form does not.
func (w *Writer) Inherit(local, value []byte) {
	if w.method == Inclusive {
		w.inherited = append(without(w.inherited, local), inherited{local, value})
	}
}

func without(list []inherited, local []byte) []inherited {
	for i := range list {
		if bytes.Equal(list[i].local, local) {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}

// Take writes the event that s has just read. Events outside of the apex are
// not written.
func (w *Writer) Take(s *strict.Scanner) {
	switch s.Kind() {
	case strict.StartElement:
		w.depth++
		w.startElement(s)
	case strict.EndElement:
		w.endElement(s)
		w.depth--
	case strict.Text, strict.CData:
		if w.depth > 0 {
			w.characters(s)
		}
	case strict.Comment:
	}
	if len(w.out) >= bufferSize {
		_ = w.Flush() // it returns its failure again at the end
	}
}

// Flush writes out what is held back, and returns the first failure so far. An
// element is complete once Flush was called after its end.
func (w *Writer) Flush() error {
	if w.err == nil && len(w.out) > 0 {
		_, w.err = w.to.Write(w.out)
	}
	w.out = w.out[:0]
	return w.err
}

func (w *Writer) endElement(s *strict.Scanner) {
	name := s.Name()
	out := append(w.out, '<', '/')
	out = append(out, s.Bytes(name.Start, name.End)...)
	w.out = append(out, '>')
	for len(w.rendered) > 0 && w.rendered[len(w.rendered)-1].depth == w.depth {
		w.rendered = w.rendered[:len(w.rendered)-1]
	}
}

func (w *Writer) characters(s *strict.Scanner) {
	start, end := s.Span()
	text := s.Bytes(int32(start), int32(end)) //nolint:gosec // Scanner keeps offsets within 31 bits
	switch {
	case s.Kind() == strict.CData:
		w.out = appendCData(w.out, text)
	case s.Marks() != 0:
		w.out = appendText(w.out, text)
	case len(text) >= directSize:
		if w.Flush() == nil {
			_, w.err = w.to.Write(text)
		}
	default:
		w.out = append(w.out, text...)
	}
}

func (w *Writer) startElement(s *strict.Scanner) {
	name := s.Name()
	out := append(w.out, '<')
	w.out = append(out, s.Bytes(name.Start, name.End)...)
	w.refuseRelative(s)
	w.attributes = append(w.attributes[:0], s.Attributes()...)
	sortAttributes(s, w.attributes)
	w.declared = w.declared[:0]
	if w.method == Exclusive {
		w.declareUsed(s)
	} else {
		w.declareInScope(s)
	}
	for i := range w.declared {
		w.declaration(s, &w.declared[i])
	}
	w.writeAttributes(s)
	w.out = append(w.out, '>')
}

// declaration writes a namespace node (Canonical XML 1.0 §2.3).
func (w *Writer) declaration(s *strict.Scanner, b *strict.Binding) {
	out := w.out
	out = append(out, " xmlns"...)
	if len(b.Prefix) > 0 {
		out = append(out, ':')
		out = append(out, b.Prefix...)
	}
	out = append(out, '=', '"')
	if s.IsPlainSpace(b.Space) {
		out = append(out, b.URI...)
	} else {
		out = appendEscaped(out, b.URI)
	}
	out = append(out, '"')
	w.out = out
}

// writeAttributes writes those of the element, with the inherited ones in
// their place if the element is the apex.
func (w *Writer) writeAttributes(s *strict.Scanner) {
	if w.depth == 1 && len(w.inherited) > 0 {
		w.writeWithInherited(s)
		return
	}
	for i := range w.attributes {
		w.attribute(s, &w.attributes[i])
	}
}

func (w *Writer) attribute(s *strict.Scanner, a *strict.Attribute) {
	out := w.out
	out = append(out, ' ')
	out = append(out, s.Bytes(a.Start, a.End)...)
	out = append(out, '=', '"')
	if value := s.Bytes(a.ValueStart, a.ValueEnd); a.Marks == 0 {
		out = append(out, value...)
	} else {
		out = appendValue(out, value)
	}
	out = append(out, '"')
	w.out = out
}

// xmlSpace is the namespace of xml:lang and its like.
const xmlSpace = "http://www.w3.org/XML/1998/namespace"

// sortAttributes orders by namespace name, then by local name, those in no
// namespace first (Canonical XML 1.0 §2.2). Most tags have fewer than three.
func sortAttributes(s *strict.Scanner, list []strict.Attribute) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && compareAttributes(s, &list[j], &list[j-1]) < 0; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

func compareAttributes(s *strict.Scanner, a, b *strict.Attribute) int {
	if a.Space != b.Space {
		return bytes.Compare(s.Space(a.Space), s.Space(b.Space))
	}
	return bytes.Compare(s.Bytes(a.Local, a.End), s.Bytes(b.Local, b.End))
}

// refuseRelative checks the declarations of the element.
func (w *Writer) refuseRelative(s *strict.Scanner) {
	bindings, depth := s.Bindings(), s.Depth()
	for i := len(bindings) - 1; i >= 0 && int(bindings[i].Depth) == depth; i-- {
		if uri := bindings[i].URI; len(uri) > 0 && !isAbsolute(uri) && w.err == nil {
			w.err = fmt.Errorf("write canonical form: %w", ErrRelativeNamespace)
		}
	}
}

// isAbsolute reports whether a URI starts with a scheme (RFC 3986 §3.1).
func isAbsolute[T string | []byte](uri T) bool {
	for i := range len(uri) {
		c := uri[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		switch {
		case letter:
		case i > 0 && (c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'):
		default:
			return i > 0 && c == ':'
		}
	}
	return false
}

// Document writes the canonical form of a whole document.
func Document(out io.Writer, document []byte, method Method, limits strict.Limits) error {
	var s strict.Scanner
	var w Writer
	s.Reset(document, limits)
	w.Reset(out, method)
	for s.Next() {
		w.Take(&s)
	}
	if err := s.Err(); err != nil {
		return err
	}
	return w.Flush()
}
