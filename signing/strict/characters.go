package strict

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// characterData reads character data: up to the next '<', with every character and
// reference checked.
func (s *Scanner) characterData() bool {
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
			s.unlike(p-2, text{`"]]&gt;" in text`, "文本中的“]]>”应写作“]]&gt;”"}, text{`"]]>"`, "为“]]>”"})
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
		s.unexpected(p, text{
			"a reference to a character or to one of amp, lt, gt, quot, apos",
			"应为对字符的引用或 amp、lt、gt、quot、apos 之一的引用（& 本身写作 &amp;）",
		})
	}
	return n
}

// character checks a byte that may not belong to a character of XML: a
// control, or the start of U+FFFE or U+FFFF. It returns 1, or 0 for a fault.
func (s *Scanner) character(p int) int {
	if c := s.b[p]; c < ' ' {
		code := fmt.Sprintf("U+%04X", c)
		s.unlike(p, characterData, text{"the control character " + code, "为控制字符 " + code})
		return 0
	}
	if r, _ := utf8.DecodeRune(s.b[p:]); !isChar(r) {
		code := fmt.Sprintf("U+%04X", r)
		s.unlike(p, characterData, text{code + ", which XML does not allow", "为 XML 不允许的字符 " + code})
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
			return s.fail(CodeDTD, s.pos, text{
				"Expected an element, found a document type declaration (DOCTYPE), which is not accepted.",
				"此处应为元素，实际为文档类型声明（DOCTYPE），不予接受。",
			})
		}
	}
	return s.unexpected(s.pos, text{"a comment or a CDATA section", "应为注释或 CDATA 段"})
}

func (s *Scanner) comment() bool {
	from := s.pos + len("<!--")
	n := bytes.Index(s.b[from:], []byte("--"))
	if n < 0 {
		return s.unlike(s.pos, text{`"-->" at the end of the comment`, "注释应以“-->”结尾"}, documentEnd)
	}
	end := from + n + len("--")
	if end >= len(s.b) || s.b[end] != '>' {
		return s.unlike(from+n, text{`"-->"`, "应为“-->”"}, text{`"--" within a comment`, "注释中有“--”"})
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
		return s.unlike(s.pos, text{`"]]>" at the end of the CDATA section`, "CDATA 段应以“]]>”结尾"}, documentEnd)
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
