package strict

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// Reference decodes the reference that b starts with. It returns the character
// and the length of the reference, or 0, 0 if b holds none that is allowed:
// the five predefined entities and references to characters (XML 1.0 §4.1).
func Reference(b []byte) (rune, int) {
	end := bytes.IndexByte(b, ';')
	if end < 2 || b[0] != '&' {
		return 0, 0
	}
	name := b[1:end]
	if name[0] == '#' {
		if r := charNumber(name[1:]); isChar(r) {
			return r, end + 1
		}
		return 0, 0
	}
	switch string(name) {
	case "amp":
		return '&', end + 1
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	}
	return 0, 0
}

// charNumber reads what is between "&#" and ";". It returns 0, which is
// no character of XML, if that is no number.
func charNumber(s []byte) rune {
	base := 10
	if len(s) > 0 && s[0] == 'x' {
		base, s = 16, s[1:]
	}
	// ParseUint takes no sign and, with a base given, no underscore.
	n, err := strconv.ParseUint(string(s), base, 31)
	if err != nil || n > utf8.MaxRune {
		return 0
	}
	return rune(n)
}

// appendReference resolves the reference that raw begins with, and returns its length. What is
// no reference, which only a document with a fault has, stands for nothing.
func appendReference(dst, raw []byte) ([]byte, int) {
	r, n := Reference(raw)
	if n > 0 {
		return utf8.AppendRune(dst, r), n
	}
	if end := bytes.IndexByte(raw, ';'); end > 0 {
		return dst, end + 1
	}
	return dst, len(raw)
}

// AppendText appends character data that Scanner passed, with references
// resolved and line ends made LF (XML 1.0 §2.11). In a CDATA section there are
// no references.
func AppendText(dst, raw []byte, cdata bool) []byte {
	from := 0
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '&' && !cdata:
			dst = append(dst, raw[from:i]...)
			var n int
			dst, n = appendReference(dst, raw[i:])
			i += n - 1
			from = i + 1
		case c == '\r':
			dst = append(dst, raw[from:i]...)
			if i+1 >= len(raw) || raw[i+1] != '\n' {
				dst = append(dst, '\n')
			}
			from = i + 1
		}
	}
	return append(dst, raw[from:]...)
}

// AppendValue appends an attribute value that Scanner passed, normalised as
// XML 1.0 §3.3.3 says for CDATA: references resolved, white space made spaces.
func AppendValue(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case '&':
			var n int
			dst, n = appendReference(dst, raw[i:])
			i += n - 1
		case '\t', '\n':
			dst = append(dst, ' ')
		case '\r':
			if i+1 >= len(raw) || raw[i+1] != '\n' {
				dst = append(dst, ' ')
			}
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
