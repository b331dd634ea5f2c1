package schemas

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A scanner finds the tags of a document without judging it: the engine is
// the judge. On well-formed XML it sees every tag; on anything else it stops,
// or sees something, and nobody trusts it.
type scanner struct {
	doc []byte
	at  int // the next byte to look at
}

// A mark is a tag or a processing instruction.
type mark struct {
	kind       markKind
	start, end int    // in the document, end exclusive
	name       []byte // with its prefix; of an instruction: its target
	attrs      []byte // between name and the end of the tag
	attrsAt    int    // offset of attrs in the document
}

type markKind uint8

const (
	openMark markKind = iota
	closeMark
	emptyMark // <name/>
	instructionMark
)

// next returns the next mark. It skips text, comments and CDATA sections.
func (s *scanner) next() (mark, bool) {
	for {
		i := bytes.IndexByte(s.doc[s.at:], '<')
		if i < 0 {
			return mark{}, false
		}
		start := s.at + i
		rest := s.doc[start:]
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			if !s.skip(start+4, "-->") {
				return mark{}, false
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			if !s.skip(start+9, "]]>") {
				return mark{}, false
			}
		case bytes.HasPrefix(rest, []byte("<!")):
			return mark{}, false
		case bytes.HasPrefix(rest, []byte("<?")):
			if !s.skip(start+2, "?>") {
				return mark{}, false
			}
			return mark{kind: instructionMark, start: start, end: s.at, name: nameIn(rest[2:])}, true
		default:
			return s.tag(start)
		}
	}
}

// skip moves behind the first occurrence of end.
func (s *scanner) skip(from int, end string) bool {
	if from > len(s.doc) {
		return false
	}
	i := bytes.Index(s.doc[from:], []byte(end))
	if i < 0 {
		return false
	}
	s.at = from + i + len(end)
	return true
}

func (s *scanner) tag(start int) (mark, bool) {
	end := tagEnd(s.doc, start)
	if end < 0 {
		return mark{}, false
	}
	m := mark{start: start, end: end}
	s.at = m.end
	inside, from := s.doc[start+1:m.end-1], start+1
	switch {
	case len(inside) > 0 && inside[0] == '/':
		m.kind, inside, from = closeMark, inside[1:], from+1
	case len(inside) > 0 && inside[len(inside)-1] == '/':
		m.kind, inside = emptyMark, inside[:len(inside)-1]
	}
	m.name = nameIn(inside)
	m.attrs, m.attrsAt = inside[len(m.name):], from+len(m.name)
	return m, len(m.name) > 0
}

// tagEnd returns the offset behind the tag that starts at start, or -1. A ">"
// within quotes does not end it.
func tagEnd(doc []byte, start int) int {
	var quote byte
	for i := start + 1; i < len(doc); i++ {
		switch c := doc[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}

// nameIn returns the name that b begins with.
func nameIn(b []byte) []byte {
	for i, c := range b {
		switch c {
		case ' ', '\t', '\r', '\n', '/', '>', '=', '?', '<', '"', '\'':
			return b[:i]
		}
	}
	return b
}

// An attr is an attribute as it is written.
type attr struct {
	name       []byte // with its prefix
	value      []byte // between its quotes, references unresolved
	start, end int    // in the document, from the name to behind the quote
}

// each yields the attributes of the mark in order, until yield returns false.
func (m mark) each(yield func(attr) bool) {
	rest, at := m.attrs, m.attrsAt
	for {
		trimmed := bytes.TrimLeft(rest, " \t\r\n")
		at += len(rest) - len(trimmed)
		name := nameIn(trimmed)
		if len(name) == 0 {
			return
		}
		after := bytes.TrimLeft(trimmed[len(name):], " \t\r\n")
		if len(after) == 0 || after[0] != '=' {
			return
		}
		after = bytes.TrimLeft(after[1:], " \t\r\n")
		if len(after) == 0 || after[0] != '"' && after[0] != '\'' {
			return
		}
		end := bytes.IndexByte(after[1:], after[0])
		if end < 0 {
			return
		}
		rest = after[end+2:]
		length := len(trimmed) - len(rest)
		if !yield(attr{name: name, value: after[1 : 1+end], start: at, end: at + length}) {
			return
		}
		at += length
	}
}

// split parts a name at its colon.
func split(name []byte) (prefix, local []byte) {
	if before, after, ok := bytes.Cut(name, []byte{':'}); ok {
		return before, after
	}
	return nil, name
}

// resolve returns an attribute's value or a text with its references
// replaced and its white space made spaces (XML 1.0, 3.3.3).
func resolve(raw []byte) string {
	if !bytes.ContainsAny(raw, "&\t\r\n") {
		return string(raw)
	}
	var out strings.Builder
	for len(raw) > 0 {
		switch c := raw[0]; c {
		case '\t', '\n', '\r':
			out.WriteByte(' ')
			if c == '\r' && len(raw) > 1 && raw[1] == '\n' {
				raw = raw[1:]
			}
			raw = raw[1:]
		case '&':
			end := bytes.IndexByte(raw, ';')
			if end < 0 {
				return out.String()
			}
			out.WriteString(reference(string(raw[1:end])))
			raw = raw[end+1:]
		default:
			out.WriteByte(c)
			raw = raw[1:]
		}
	}
	return out.String()
}

// reference returns what &name; stands for (XML 1.0, 4.1 and 4.6), or
// nothing.
func reference(name string) string {
	switch name {
	case "lt":
		return "<"
	case "gt":
		return ">"
	case "amp":
		return "&"
	case "quot":
		return `"`
	case "apos":
		return "'"
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return ""
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil || !isChar(rune(n)) {
		return ""
	}
	return string(rune(n))
}

// isChar reports whether XML may hold a character (XML 1.0, 2.2).
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && utf8.ValidRune(r) && r != 0xFFFE && r != 0xFFFF
}
