package strict

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"beibu/signing/strict/quote"
)

// Codes of faults. They are stable: clients and tests match them.
const (
	CodeSyntax             = "xml.syntax"              // not well-formed (XML 1.0, 5th edition)
	CodeEncoding           = "xml.encoding"            // not UTF-8, or another encoding declared
	CodeDTD                = "xml.dtd"                 // a document type declaration, or a part of one
	CodePI                 = "xml.pi"                  // a processing instruction
	CodeNamespace          = "xml.namespace"           // breaks Namespaces in XML 1.0, 3rd edition
	CodeDuplicateAttribute = "xml.duplicate-attribute" // by name, or by namespace and local name
	CodeLimit              = "xml.limit"               // asks for more than Limits allow
)

// A Fault says why bytes are not XML that the exchange accepts, and at which place.
type Fault struct {
	Code     string // stable, such as "xml.dtd"
	Offset   int    // bytes from the start
	Token    int    // offset of the tag, text or other part of the document that the fault is in
	Line     int    // of Offset, from 1
	Column   int    // of Offset in bytes, from 1, not counting a byte order mark
	Reason   string // for people, in English
	ReasonZH string // the same in Chinese
}

func (f *Fault) Error() string { return f.Reason }

// A text is what a fault says, in English and in Chinese.
type text struct{ en, zh string }

var (
	characterData = text{"text", "应为文本"}
	documentEnd   = text{"the end of the document", "单证到此结束"}
)

// fail records the fault and returns false, so that callers can return it.
func (s *Scanner) fail(code string, offset int, reason text) bool {
	if s.hidesEncoding(code, offset) {
		return s.notUTF8()
	}
	s.fault = &Fault{Code: code, Offset: offset, Token: s.pos, Reason: reason.en, ReasonZH: reason.zh}
	s.fault.Line, s.fault.Column = Position(s.b, offset)
	s.kind = 0
	return false
}

// hidesEncoding reports whether a fault only follows from bytes that are not UTF-8:
// such bytes come before it, or before the next tag.
func (s *Scanner) hidesEncoding(code string, offset int) bool {
	if s.invalid < 0 || code != CodeSyntax && code != CodeNamespace && code != CodeDuplicateAttribute {
		return false
	}
	return s.invalid <= offset || bytes.IndexByte(s.b[offset+1:s.invalid], '<') < 0
}

func (s *Scanner) notUTF8() bool {
	return s.fail(CodeEncoding, s.invalid, text{
		"Expected UTF-8, found a byte that belongs to no character.", "应为 UTF-8 编码，实际有不构成任何字符的字节。",
	})
}

// unlike records a fault of syntax: something was found instead of what was
// expected.
func (s *Scanner) unlike(offset int, expected, found text) bool {
	return s.fail(CodeSyntax, offset, joined(expected, found))
}

// unexpected records a fault of syntax: something else is at an offset than what
// was expected there.
func (s *Scanner) unexpected(offset int, expected text) bool {
	return s.unlike(offset, expected, s.found(offset))
}

// joined says what was expected and what was found.
func joined(expected, found text) text {
	return text{"expected " + expected.en + ", found " + found.en, expected.zh + "，实际" + found.zh + "。"}
}

// maxFound is how many bytes a reason shows of what was found.
const maxFound = 24

// found shows what is at an offset: a tag, a word, or the end.
func (s *Scanner) found(offset int) text {
	if offset >= len(s.b) {
		return documentEnd
	}
	rest := s.b[offset:min(len(s.b), offset+maxFound)]
	if i := bytes.IndexAny(rest, ">\r\n\t "); i > 0 {
		if rest[i] == '>' {
			i++
		}
		rest = rest[:i]
	}
	return quoted(strings.ToValidUTF8(string(rest), ""))
}

// quoted shows a part of the document.
func quoted(part string) text {
	en := strconv.Quote(part)
	return text{en, "为“" + strings.Trim(en, `"“”`) + "”"}
}

// unbound says that a prefix is bound to no namespace.
func unbound(prefix []byte) text {
	name := quote.Name(string(prefix))
	return text{
		"Expected a declared prefix, found " + name + ", which is bound to no namespace.",
		"应为已声明的前缀，实际为 " + name + "，它没有绑定命名空间。",
	}
}

// twice says that an attribute or a declaration is repeated.
func twice(name []byte) text {
	shown := quote.Name(string(name))
	return text{
		"Expected each attribute of an element once, found " + shown + " twice.",
		"同一元素中每个属性应只出现一次，实际 " + shown + " 出现两次。",
	}
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
