package strict

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// text reads character data: up to the next '<', with every character and
// reference checked.
func (s *Scanner) text() bool {
	b, p := s.b, s.pos
	s.kind, s.marks, s.start = Text, 0, p
	for p < len(b) {
		c := b[p]
		if class[c]&plainText != 0 {
			p++
			continue
		}
		if c == '<' {
			break
		}
		n := s.special(p, s.start)
		if n == 0 {
			return false
		}
		p += n
	}
	s.pos, s.end = p, p
	return true
}

// special checks a byte of character data that is not plain, and returns how
// many bytes it stands for, or 0 for a fault.
func (s *Scanner) special(p, from int) int {
	switch c := s.b[p]; c {
	case '\r':
		s.marks |= HasReturn
		return 1
	case '>':
		if p-from >= 2 && s.b[p-1] == ']' && s.b[p-2] == ']' {
			s.fail(CodeSyntax, p-2, `expected "]]&gt;" in text, found "]]>"`)
			return 0
		}
		s.marks |= HasGreater
		return 1
	case '&':
		s.marks |= HasReference
		return s.reference(p)
	}
	return s.character(p)
}

// reference checks the reference at p and returns its length, or 0 for a fault.
func (s *Scanner) reference(p int) int {
	_, n := Reference(s.b[p:])
	if n == 0 {
		s.unexpected(p, "a reference to a character or to one of amp, lt, gt, quot, apos")
	}
	return n
}

// character checks a byte that may not belong to a character of XML: a
// control, or the start of U+FFFE or U+FFFF. It returns 1, or 0 for a fault.
func (s *Scanner) character(p int) int {
	if c := s.b[p]; c < ' ' {
		s.fail(CodeSyntax, p, fmt.Sprintf("expected text, found the control character U+%04X", c))
		return 0
	}
	if r, _ := utf8.DecodeRune(s.b[p:]); !isChar(r) {
		s.fail(CodeSyntax, p, fmt.Sprintf("expected text, found U+%04X, which XML does not allow", r))
		return 0
	}
	return 1
}

// declaration reads a comment or a CDATA section, and refuses all else that
// starts with "<!".
func (s *Scanner) declaration() bool {
	rest := s.b[s.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return s.comment()
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		return s.cdata()
	}
	for _, word := range [...]string{"<!DOCTYPE", "<!ENTITY", "<!ELEMENT", "<!ATTLIST", "<!NOTATION", "<!["} {
		if bytes.HasPrefix(rest, []byte(word)) {
			return s.fail(CodeDTD, s.pos, "expected an element, found a document type declaration, which is not accepted")
		}
	}
	return s.unexpected(s.pos, "a comment or a CDATA section")
}

func (s *Scanner) comment() bool {
	from := s.pos + len("<!--")
	n := bytes.Index(s.b[from:], []byte("--"))
	if n < 0 {
		return s.fail(CodeSyntax, s.pos, `expected "-->" at the end of the comment, found the end of the document`)
	}
	end := from + n + len("--")
	if end >= len(s.b) || s.b[end] != '>' {
		return s.fail(CodeSyntax, from+n, `expected "-->", found "--" within a comment`)
	}
	if !s.characters(from, from+n) {
		return false
	}
	s.kind, s.start, s.end = Comment, s.pos, end+1
	s.pos = end + 1
	return true
}

func (s *Scanner) cdata() bool {
	if len(s.open) == 0 {
		return s.unexpected(s.pos, s.outside())
	}
	from := s.pos + len("<![CDATA[")
	n := bytes.Index(s.b[from:], []byte("]]>"))
	if n < 0 {
		return s.fail(CodeSyntax, s.pos, `expected "]]>" at the end of the CDATA section, found the end of the document`)
	}
	s.marks = 0
	if !s.characters(from, from+n) {
		return false
	}
	s.kind, s.start, s.end = CData, from, from+n
	s.pos = from + n + len("]]>")
	return true
}

// characters checks bytes in which nothing but the characters matters.
func (s *Scanner) characters(from, to int) bool {
	for p := from; p < to; p++ {
		switch c := s.b[p]; {
		case class[c]&plainText != 0, c == '<', c == '&':
		case c == '>':
			s.marks |= HasGreater
		case c == '\r':
			s.marks |= HasReturn
		case s.character(p) == 0:
			return false
		}
	}
	return true
}
