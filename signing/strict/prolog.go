package strict

import (
	"bytes"
	"unicode/utf8"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// begin checks what is required of the bytes as a whole, and reads what is allowed
// before the root: a byte order mark and the XML declaration.
func (s *Scanner) begin() bool {
	s.started = true
	if len(s.b) > maxBytes {
		return s.fail(CodeLimit, 0, text{"Expected at most 2 GiB, found more.", "单证最多 2 GiB，实际更多。"})
	}
	if bytes.HasPrefix(s.b, byteOrderMark) {
		s.pos = len(byteOrderMark)
	}
	if !s.prolog() {
		return false
	}
	if bytes.HasPrefix(s.b, []byte("\xff\xfe")) || bytes.HasPrefix(s.b, []byte("\xfe\xff")) { // UTF-16
		return s.fail(CodeEncoding, 0, otherEncoding)
	}
	if !utf8.Valid(s.b) {
		s.invalid = firstInvalid(s.b)
	}
	if isDeclaration(s.b[s.pos:]) {
		return s.xmlDeclaration()
	}
	return true
}

var otherEncoding = text{"Expected UTF-8, found another encoding.", "应为 UTF-8 编码，实际为其他编码。"}

// isDeclaration reports whether b begins with an XML declaration.
func isDeclaration(b []byte) bool {
	return bytes.HasPrefix(b, []byte("<?xml")) && len(b) > 5 && class[b[5]]&blank != 0
}

// prolog refuses a byte order mark that is not at the very start, and white space
// before the XML declaration. Both come from tools that join or indent files, and
// an editor shows neither.
func (s *Scanner) prolog() bool {
	first := bytes.IndexByte(s.b[s.pos:], '<')
	if first <= 0 {
		return true
	}
	head := s.b[s.pos : s.pos+first]
	mark := bytes.Index(head, byteOrderMark)
	if mark >= 0 && len(bytes.Trim(head, whitespace+string(byteOrderMark))) > 0 {
		return true // there is text too, which is refused at its place
	}
	switch {
	case mark == 0:
		return s.fail(CodeSyntax, s.pos, text{
			"Expected at most one byte order mark (U+FEFF), found a second one after it.",
			"开头最多有一个字节顺序标记（BOM，U+FEFF），实际其后还有一个。",
		})
	case mark > 0:
		return s.fail(CodeSyntax, s.pos+mark, text{
			"Expected a byte order mark (U+FEFF) at the very start only, found one after white space.",
			"字节顺序标记（BOM，U+FEFF）应位于最开头，实际位于空白之后。",
		})
	case !isDeclaration(s.b[s.pos+first:]) || len(bytes.Trim(head, whitespace)) > 0:
		return true
	}
	found := text{"white space", "空白"}
	if bytes.ContainsAny(head, "\r\n") {
		found = text{"an empty line", "空行"}
	}
	return s.fail(CodeSyntax, s.pos, text{
		"Expected the XML declaration at the very start, found " + found.en + " before it.",
		"XML 声明应位于最开头，实际其前有" + found.zh + "。",
	})
}

// firstInvalid returns the offset at which b stops being UTF-8.
func firstInvalid(b []byte) int {
	p := 0
	for p < len(b) {
		r, n := utf8.DecodeRune(b[p:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		p += n
	}
	return p
}

// xmlDeclaration reads XMLDecl [23]: version, then encoding, then standalone.
func (s *Scanner) xmlDeclaration() bool {
	at := s.pos
	s.pos += len("<?xml")
	value, found, ok := s.pseudoAttribute("version")
	if !ok {
		return false
	}
	if !found || string(value) != "1.0" {
		return s.unlike(at, text{"version 1.0 in the XML declaration", "XML 声明中的版本应为 1.0"}, orNone(value))
	}
	if value, found, ok = s.pseudoAttribute("encoding"); !ok {
		return false
	}
	if found && !bytes.EqualFold(value, []byte("UTF-8")) {
		return s.fail(CodeEncoding, at, otherEncoding)
	}
	if value, found, ok = s.pseudoAttribute("standalone"); !ok {
		return false
	}
	if found && string(value) != "yes" && string(value) != "no" {
		return s.unlike(at, text{"yes or no for standalone", "XML 声明中的 standalone 应为 yes 或 no"}, orNone(value))
	}
	s.pos = skipBlank(s.b, s.pos)
	if !bytes.HasPrefix(s.b[s.pos:], []byte("?>")) {
		return s.unexpected(s.pos, text{`"?>" at the end of the XML declaration`, "XML 声明应以“?>”结尾"})
	}
	s.pos += len("?>")
	return true
}

// orNone shows a value of the XML declaration.
func orNone(value []byte) text {
	if len(value) == 0 {
		return text{"none", "没有"}
	}
	return quoted(shortened(value))
}

// pseudoAttribute reads one item of the XML declaration if it has this
// name. It returns false at the end if the item is broken.
func (s *Scanner) pseudoAttribute(name string) (value []byte, found, ok bool) {
	p := skipBlank(s.b, s.pos)
	if p == s.pos || !bytes.HasPrefix(s.b[p:], []byte(name)) {
		return nil, false, true
	}
	p = skipBlank(s.b, p+len(name))
	if p >= len(s.b) || s.b[p] != '=' {
		return nil, false, s.unexpected(p, text{`"=" in the XML declaration`, "XML 声明中此处应为“=”"})
	}
	p = skipBlank(s.b, p+1)
	if p >= len(s.b) || s.b[p] != '"' && s.b[p] != '\'' {
		return nil, false, s.unexpected(p, text{"a value in quotes in the XML declaration", "XML 声明中的值应加引号"})
	}
	n := bytes.IndexByte(s.b[p+1:], s.b[p])
	if n < 0 {
		return nil, false, s.unlike(p, text{"a quote that ends the value", "XML 声明中的值应以引号结尾"}, documentEnd)
	}
	s.pos = p + n + 2
	return s.b[p+1 : p+1+n], true, true
}
