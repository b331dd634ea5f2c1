package strict

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// begin checks what holds for the bytes as a whole, and reads what is allowed
// before the root: a byte order mark and the XML declaration.
func (s *Scanner) begin() bool {
	s.started = true
	if len(s.b) > maxBytes {
		return s.fail(CodeLimit, 0, "expected at most 2 GiB, found more")
	}
	if !utf8.Valid(s.b) {
		return s.fail(CodeEncoding, firstInvalid(s.b), "expected UTF-8, found a byte that belongs to no character")
	}
	if bytes.HasPrefix(s.b, []byte("\xef\xbb\xbf")) {
		s.pos = 3
	}
	if rest := s.b[s.pos:]; bytes.HasPrefix(rest, []byte("<?xml")) && len(rest) > 5 && class[rest[5]]&blank != 0 {
		return s.xmlDeclaration()
	}
	return true
}

// firstInvalid returns where b stops being UTF-8.
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
		return s.fail(CodeSyntax, at, "expected version 1.0 in the XML declaration, found "+orNone(value))
	}
	if value, found, ok = s.pseudoAttribute("encoding"); !ok {
		return false
	}
	if found && !bytes.EqualFold(value, []byte("UTF-8")) {
		return s.fail(CodeEncoding, at, "expected the encoding UTF-8, found "+orNone(value))
	}
	if value, found, ok = s.pseudoAttribute("standalone"); !ok {
		return false
	}
	if found && string(value) != "yes" && string(value) != "no" {
		return s.fail(CodeSyntax, at, "expected yes or no for standalone, found "+orNone(value))
	}
	s.pos = skipBlank(s.b, s.pos)
	if !bytes.HasPrefix(s.b[s.pos:], []byte("?>")) {
		return s.unexpected(s.pos, `"?>" at the end of the XML declaration`)
	}
	s.pos += len("?>")
	return true
}

// orNone shows a value of the XML declaration.
func orNone(value []byte) string {
	if len(value) == 0 {
		return "none"
	}
	return strconv.Quote(shortened(value))
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
		return nil, false, s.unexpected(p, `"=" in the XML declaration`)
	}
	p = skipBlank(s.b, p+1)
	if p >= len(s.b) || s.b[p] != '"' && s.b[p] != '\'' {
		return nil, false, s.unexpected(p, "a value in quotes in the XML declaration")
	}
	n := bytes.IndexByte(s.b[p+1:], s.b[p])
	if n < 0 {
		return nil, false, s.fail(CodeSyntax, p, "expected a quote that ends the value, found the end of the document")
	}
	s.pos = p + n + 2
	return s.b[p+1 : p+1+n], true, true
}
