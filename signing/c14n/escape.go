package c14n

import (
	"unicode/utf8"

	"beibu/signing/strict"
)

// Replacements are those of Canonical XML 1.0 §2.3. The raw bytes were checked
// by the scanner, so every reference in them can be decoded.

// appendText writes character data: references resolved, line ends made LF.
func appendText(dst, raw []byte) []byte {
	from := 0
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c != '&' && c != '>' && c != '\r' {
			continue
		}
		dst = append(dst, raw[from:i]...)
		switch {
		case c == '>':
			dst = append(dst, "&gt;"...)
		case c == '&':
			r, n := strict.Reference(raw[i:])
			dst = appendTextRune(dst, r)
			i += max(n, 1) - 1
		case i+1 >= len(raw) || raw[i+1] != '\n':
			dst = append(dst, '\n')
		}
		from = i + 1
	}
	return append(dst, raw[from:]...)
}

func appendTextRune(dst []byte, r rune) []byte {
	switch r {
	case '&':
		return append(dst, "&amp;"...)
	case '<':
		return append(dst, "&lt;"...)
	case '>':
		return append(dst, "&gt;"...)
	case '\r':
		return append(dst, "&#xD;"...)
	}
	return utf8.AppendRune(dst, r)
}

// appendCData writes a CDATA section as character data.
func appendCData(dst, raw []byte) []byte {
	from := 0
	for i, c := range raw {
		if c != '&' && c != '<' && c != '>' && c != '\r' {
			continue
		}
		dst = append(dst, raw[from:i]...)
		switch {
		case c != '\r':
			dst = appendTextRune(dst, rune(c))
		case i+1 >= len(raw) || raw[i+1] != '\n':
			dst = append(dst, '\n')
		}
		from = i + 1
	}
	return append(dst, raw[from:]...)
}

// appendValue writes an attribute value, normalised (XML 1.0 §3.3.3).
func appendValue(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case '&':
			r, n := strict.Reference(raw[i:])
			dst = appendValueRune(dst, r)
			i += max(n, 1) - 1
		case '"':
			dst = append(dst, "&quot;"...)
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

// appendEscaped writes a value that is decoded already.
func appendEscaped(dst, value []byte) []byte {
	for _, c := range value {
		if c < utf8.RuneSelf {
			dst = appendValueRune(dst, rune(c))
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

func appendValueRune(dst []byte, r rune) []byte {
	switch r {
	case '&':
		return append(dst, "&amp;"...)
	case '<':
		return append(dst, "&lt;"...)
	case '"':
		return append(dst, "&quot;"...)
	case '\t':
		return append(dst, "&#x9;"...)
	case '\n':
		return append(dst, "&#xA;"...)
	case '\r':
		return append(dst, "&#xD;"...)
	}
	return utf8.AppendRune(dst, r)
}
