package strict

import "unicode/utf8"

// Classes of bytes. A byte from 0x80 up is part of a character that is looked
// at as a whole if it matters: in names, and in U+FFFE and U+FFFF.
const (
	nameStart  uint8 = 1 << iota // NCName, first character
	nameChar                     // NCName, any other
	blank                        // white space, S [3]
	plainText                    // character data that needs no second look
	plainValue                   // the same in an attribute value
)

var class = classes()

func classes() (t [256]uint8) {
	for c := range 256 {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if letter {
			t[c] |= nameStart
		}
		if letter || c >= '0' && c <= '9' || c == '-' || c == '.' {
			t[c] |= nameChar
		}
		if c >= ' ' && c != '<' && c != '&' && c != 0xef {
			t[c] |= plainText | plainValue
		}
	}
	for _, c := range " \t\r\n" {
		t[c] |= blank
	}
	t['\t'] |= plainText
	t['\n'] |= plainText
	t['>'] &^= plainText // may end "]]>", and is escaped in canonical form
	t['"'] &^= plainValue
	t['\''] &^= plainValue
	return t
}

// isChar is Char [2] of XML 1.0.
func isChar(r rune) bool {
	return r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= 0x10ffff ||
		r == '\t' || r == '\n' || r == '\r'
}

// A span is a range of characters, both ends in it.
type span struct{ low, high rune }

// startSpans is NameStartChar [4] of XML 1.0, 5th edition, beyond ASCII.
var startSpans = [...]span{
	{0xc0, 0xd6},
	{0xd8, 0xf6},
	{0xf8, 0x2ff},
	{0x370, 0x37d},
	{0x37f, 0x1fff},
	{0x200c, 0x200d},
	{0x2070, 0x218f},
	{0x2c00, 0x2fef},
	{0x3001, 0xd7ff},
	{0xf900, 0xfdcf},
	{0xfdf0, 0xfffd},
	{0x10000, 0xeffff},
}

// moreSpans is what NameChar [4a] adds beyond ASCII.
var moreSpans = [...]span{{0xb7, 0xb7}, {0x300, 0x36f}, {0x203f, 0x2040}}

func within(r rune, spans []span) bool {
	for _, s := range spans {
		if r < s.low {
			return false
		}
		if r <= s.high {
			return true
		}
	}
	return false
}

func isNameStart(r rune) bool { return within(r, startSpans[:]) }

func isNameChar(r rune) bool { return within(r, startSpans[:]) || within(r, moreSpans[:]) }

// ncName returns the end of the NCName at p, or p if there is none.
func ncName(b []byte, p int) int {
	if p >= len(b) {
		return p
	}
	if c := b[p]; c >= utf8.RuneSelf {
		r, n := utf8.DecodeRune(b[p:])
		if !isNameStart(r) {
			return p
		}
		p += n
	} else if class[c]&nameStart == 0 {
		return p
	} else {
		p++
	}
	for p < len(b) {
		c := b[p]
		if class[c]&nameChar != 0 {
			p++
			continue
		}
		if c < utf8.RuneSelf {
			break
		}
		r, n := utf8.DecodeRune(b[p:])
		if !isNameChar(r) {
			break
		}
		p += n
	}
	return p
}

// skipBlank returns the first place from p on that is not white space.
func skipBlank(b []byte, p int) int {
	for p < len(b) && class[b[p]]&blank != 0 {
		p++
	}
	return p
}
