package strict

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Kind is what a Scanner has read.
type Kind uint8

// What a document is made of. Text is reported in pieces: up to the next
// markup. White space outside the root is not reported.
const (
	StartElement Kind = iota + 1
	EndElement        // also after an empty-element tag
	Text              // character data, references in it not resolved
	CData             // a CDATA section
	Comment
)

// Marks of a Text or CData event and of an attribute's value: what there is to
// look for in the raw bytes.
const (
	HasReference uint8 = 1 << iota // an '&' that starts a reference
	HasReturn                      // a carriage return
	HasGreater                     // a '>'
	HasBlank                       // in a value: a tab, line feed or carriage return
	HasQuote                       // in a value: a '"'
)

// A Name is a qualified name in the bytes of a document. Offsets are from
// their start.
type Name struct {
	Start int32 // of the prefix, or of the local name if there is no prefix
	Local int32 // start of the local name
	End   int32
	Space int32 // of the namespace name, for Scanner.Space; 0 is none
}

// HasPrefix reports whether the name has a prefix.
func (n Name) HasPrefix() bool { return n.Local != n.Start }

// An Attribute is one of a start tag that declares no namespace.
type Attribute struct {
	Name
	ValueStart, ValueEnd int32 // without the quotes
	Marks                uint8
}

// A Binding is a prefix that stands for a namespace name.
type Binding struct {
	Prefix []byte // empty for the default namespace
	URI    []byte // normalised; empty if the default is taken back
	Space  int32
	Depth  int32 // of the element that declares it, the root having 1; 0 for "xml"
}

// A Scanner reads a document from start to end, once, and says what it meets.
// Next is to be called until it returns false; then Err reports whether the
// document was good. The zero Scanner is ready for Reset. It keeps its scratch
// space, so reading another document allocates nothing.
//
// Its slices, Attributes and Bindings, hold until Next is called again.
type Scanner struct {
	b        []byte
	limits   Limits
	pos      int
	fault    *Fault
	started  bool
	rootSeen bool
	elements int

	kind       Kind
	marks      uint8
	empty      bool // the start tag just read was an empty-element tag
	start, end int
	name       Name
	attributes []Attribute
	bindings   []Binding
	open       []openElement
	spaces     spaces
}

type openElement struct {
	name     Name
	bindings int32 // in scope outside the element
}

// Reset makes the scanner ready to read b, which must not change until it is
// read. Reset(nil, Limits{}) lets go of the last document.
func (s *Scanner) Reset(b []byte, limits Limits) {
	s.b, s.limits = b, limits.withDefaults()
	s.pos, s.elements, s.start, s.end = 0, 0, 0, 0
	s.fault, s.started, s.rootSeen, s.empty = nil, false, false, false
	s.kind, s.marks, s.name = 0, 0, Name{}
	s.attributes, s.open = s.attributes[:0], s.open[:0]
	clear(s.bindings[:cap(s.bindings)])
	s.spaces.reset()
	s.bindings = append(s.bindings[:0], Binding{Prefix: xmlPrefix, URI: xmlSpace, Space: spaceXML})
}

// Err returns the *Fault that ended the reading, or nil.
func (s *Scanner) Err() error {
	if s.fault == nil {
		return nil
	}
	return s.fault
}

// Kind returns what Next has read.
func (s *Scanner) Kind() Kind { return s.kind }

// Depth returns the number of open elements: at a start tag the element itself
// is one of them, at an end tag no longer.
func (s *Scanner) Depth() int { return len(s.open) }

// Ancestor returns the name of the open element at a depth, the root having 1.
func (s *Scanner) Ancestor(depth int) Name { return s.open[depth-1].name }

// Span returns where the bytes of the event lie: of a tag or comment with its
// delimiters, of Text and CData the data alone. The end of an element that was
// written as an empty-element tag has no bytes.
func (s *Scanner) Span() (start, end int) { return s.start, s.end }

// Name returns the name of the element that starts or ends.
func (s *Scanner) Name() Name { return s.name }

// Marks returns what a Text or CData event has in it.
func (s *Scanner) Marks() uint8 { return s.marks }

// Attributes returns the attributes of a start tag, in the order written.
func (s *Scanner) Attributes() []Attribute { return s.attributes }

// Bindings returns the namespaces in scope, the outermost first. A later one
// hides an earlier one with the same prefix.
func (s *Scanner) Bindings() []Binding { return s.bindings }

// Space returns the namespace name with a number.
func (s *Scanner) Space(number int32) []byte { return s.spaces.names[number] }

// IsPlainSpace reports whether no character of the namespace name with a number
// is written otherwise in an attribute's value. It is looked at once for each
// name, and canonical form may write a name on every element.
func (s *Scanner) IsPlainSpace(number int32) bool { return s.spaces.plain[number] }

// Bytes returns a part of the document.
func (s *Scanner) Bytes(start, end int32) []byte { return s.b[start:end] }

// Next reads on to the next event. It returns false at the end of the document
// or at the first fault.
func (s *Scanner) Next() bool {
	if s.fault != nil || !s.started && !s.begin() {
		return false
	}
	if s.empty {
		s.empty = false
		s.closeElement(s.end, s.end)
		return true
	}
	if len(s.open) == 0 {
		s.pos = skipBlank(s.b, s.pos)
		if s.pos >= len(s.b) {
			return s.finish()
		}
		if s.b[s.pos] != '<' {
			return s.unexpected(s.pos, s.outside())
		}
		return s.markup()
	}
	if s.pos >= len(s.b) {
		return s.unexpected(s.pos, "the end tag of "+s.openName())
	}
	if s.b[s.pos] != '<' {
		return s.text()
	}
	return s.markup()
}

func (s *Scanner) finish() bool {
	if !s.rootSeen {
		return s.unexpected(s.pos, "a root element")
	}
	s.kind = 0
	return false
}

// markup reads what starts with the '<' at pos.
func (s *Scanner) markup() bool {
	if s.pos+1 >= len(s.b) {
		return s.fail(CodeSyntax, s.pos, `expected a tag or a comment after "<", found the end of the document`)
	}
	switch s.b[s.pos+1] {
	case '/':
		return s.endTag()
	case '!':
		return s.declaration()
	case '?':
		return s.fail(CodePI, s.pos, "expected text, an element or a comment, found a processing instruction, which is not accepted")
	}
	return s.startTag()
}

// fail notes the fault and returns false, so that callers can return it.
func (s *Scanner) fail(code string, offset int, reason string) bool {
	line, column := Position(s.b, offset)
	s.fault = &Fault{Code: code, Offset: offset, Line: line, Column: column, Reason: reason}
	s.kind = 0
	return false
}

// unexpected notes a fault of syntax: something else is at an offset than
// what was expected there.
func (s *Scanner) unexpected(offset int, expected string) bool {
	return s.fail(CodeSyntax, offset, "expected "+expected+", found "+s.found(offset))
}

// maxFound is how many bytes a reason shows of what was found.
const maxFound = 24

// found shows what is at an offset: a tag, a word, or the end.
func (s *Scanner) found(offset int) string {
	if offset >= len(s.b) {
		return "the end of the document"
	}
	rest := s.b[offset:min(len(s.b), offset+maxFound)]
	if i := bytes.IndexAny(rest, ">\r\n\t "); i > 0 {
		if rest[i] == '>' {
			i++
		}
		rest = rest[:i]
	}
	return strconv.Quote(strings.ToValidUTF8(string(rest), ""))
}

// outside is what is allowed where no element is open.
func (s *Scanner) outside() string {
	if s.rootSeen {
		return "nothing after the root element"
	}
	return "the root element"
}

// openName is the name of the innermost open element, for a fault's reason.
func (s *Scanner) openName() string {
	n := s.open[len(s.open)-1].name
	return shortened(s.b[n.Start:n.End])
}

// shortened keeps a stranger's name from filling a message.
func shortened(name []byte) string {
	const longest = 64
	if len(name) <= longest {
		return string(name)
	}
	cut := longest
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return string(name[:cut]) + "..."
}
