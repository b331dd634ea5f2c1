package strict

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

// IsXML reports whether the name is in the namespace of xml:lang and xml:id.
func (n Name) IsXML() bool { return n.Space == spaceXML }

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
	invalid  int // offset of the first byte that is not UTF-8, or -1
	fault    *Fault
	started  bool
	rootSeen bool
	elements int

	kind       Kind
	marks      uint8
	empty      bool // the start tag just read was an empty-element tag
	untidy     bool // the tag just read is not written as canonical form writes it
	start, end int
	name       Name
	attributes []Attribute
	declared   []Attribute // the declarations of the start tag just read, with the numbers of what they declare
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
	s.pos, s.invalid, s.elements, s.start, s.end = 0, -1, 0, 0, 0
	s.fault, s.started, s.rootSeen, s.empty, s.untidy = nil, false, false, false, false
	s.kind, s.marks, s.name = 0, 0, Name{}
	s.attributes, s.declared, s.open = s.attributes[:0], s.declared[:0], s.open[:0]
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
	from := s.pos
	if !s.next() {
		return false
	}
	if s.invalid >= 0 && s.pos > s.invalid {
		s.pos = from
		return s.notUTF8()
	}
	return true
}

func (s *Scanner) next() bool {
	if s.fault != nil || !s.started && !s.begin() {
		return false
	}
	if s.empty {
		s.empty, s.untidy = false, true
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
		return s.unexpected(s.pos, s.endOfOpen())
	}
	if s.b[s.pos] != '<' {
		return s.characterData()
	}
	return s.markup()
}

func (s *Scanner) finish() bool {
	if !s.rootSeen {
		return s.unexpected(s.pos, text{"a root element", "应有根元素"})
	}
	s.kind = 0
	return false
}

// markup reads what starts with the '<' at pos.
func (s *Scanner) markup() bool {
	if s.pos+1 >= len(s.b) {
		return s.unlike(s.pos, text{`a tag or a comment after "<"`, "“<”之后应为标签或注释"}, documentEnd)
	}
	switch s.b[s.pos+1] {
	case '/':
		return s.endTag()
	case '!':
		return s.declaration()
	case '?':
		return s.instruction()
	}
	return s.startTag()
}

// instruction refuses what starts with "<?".
func (s *Scanner) instruction() bool {
	if isDeclaration(s.b[s.pos:]) {
		return s.unlike(s.pos, text{"the XML declaration at the very start only", "XML 声明应只位于最开头"}, text{"one here", "位于此处"})
	}
	return s.fail(CodePI, s.pos, text{
		"Expected text, an element or a comment, found a processing instruction, which is not accepted. Only the XML declaration at the start is.",
		"此处应为文本、元素或注释，实际为处理指令，不予接受。只允许文档开头的 XML 声明。",
	})
}

// outside is what is allowed if no element is open.
func (s *Scanner) outside() text {
	if s.rootSeen {
		return text{"nothing after the root element", "根元素之后不应有内容"}
	}
	return text{"the root element", "应为根元素"}
}

// endOfOpen is the end tag of the innermost open element.
func (s *Scanner) endOfOpen() text {
	n := s.open[len(s.open)-1].name
	name := shortened(s.b[n.Start:n.End])
	return text{"the end tag of " + name, "应为 " + name + " 的结束标签"}
}
