package acceptor

import "bytes"

// The forms of values that are accepted (XML Schema 1.0, part 2, 3.2 and 3.3). Rare
// ones, such as years of more than four digits, are left to the engine.

func trim(value []byte) []byte { return bytes.Trim(value, " \t\r\n") }

// isCollapsed reports whether the white space of a value is collapsed.
func isCollapsed(value []byte) bool {
	before := byte(' ')
	for _, c := range value {
		if c == '\t' || c == '\r' || c == '\n' || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return before != ' ' || len(value) == 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isBoolean(v []byte) bool {
	switch string(v) {
	case "true", "false", "1", "0":
		return true
	}
	return false
}

// isNCName reports whether a value is a name without a colon, of ASCII.
func isNCName(v []byte) bool {
	for i, c := range v {
		if !isLetter(c) && c != '_' && (i == 0 || !isDigit(c) && c != '-' && c != '.') {
			return false
		}
	}
	return len(v) > 0
}

// isLanguage reports whether a value is a tag of a language (RFC 3066).
func isLanguage(v []byte) bool {
	const longest = 8
	length, first := 0, true
	for _, c := range v {
		switch {
		case c == '-' && length > 0:
			length, first = 0, false
			continue
		case !isLetter(c) && (first || !isDigit(c)):
			return false
		}
		if length++; length > longest {
			return false
		}
	}
	return length > 0
}

// isPlainURI reports whether a value is a URI with a scheme, or nothing, with a fragment
// or without one. So are those of a signature: names of algorithms, and references to the
// document and to an element of it. It has no characters that need a second look: an
// escape, a host in brackets, a character beyond ASCII.
func isPlainURI(v []byte) bool {
	v, fragment, _ := bytes.Cut(v, []byte{'#'})
	if !isPlainPart(fragment) {
		return false
	}
	if len(v) == 0 {
		return true
	}
	colon := bytes.IndexByte(v, ':')
	if colon <= 0 || colon == len(v)-1 || !isLetter(v[0]) {
		return false
	}
	for _, c := range v[:colon] {
		if !isLetter(c) && !isDigit(c) && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	rest := bytes.TrimPrefix(v[colon+1:], []byte("//"))
	if len(rest) == 0 || !isLetter(rest[0]) && !isDigit(rest[0]) {
		return false
	}
	return isPlainPart(rest)
}

// isPlainPart reports whether a part of a URI has only characters that may be anywhere in
// it.
func isPlainPart(v []byte) bool {
	for _, c := range v {
		if !isLetter(c) && !isDigit(c) && !bytes.Contains([]byte("-_.:/"), []byte{c}) {
			return false
		}
	}
	return true
}

func isHex(v []byte) bool {
	for _, c := range v {
		if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return len(v)%2 == 0
}

// isBase64 reports whether a value is base64 (RFC 2045), which white space may part
// anywhere.
func isBase64(v []byte) bool {
	length, padding := 0, 0
	var last byte
	for _, c := range v {
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			continue
		case c == '=':
			padding++
		case padding > 0 || sixBits[c] == 0:
			return false
		default:
			last = sixBits[c] - 1
		}
		length++
	}
	unused := [...]byte{0, 0x03, 0x0f} // bits of the last character, by padding
	return length%4 == 0 && padding < len(unused) && last&unused[padding] == 0
}

// sixBits has the value of each character of base64, plus 1.
var sixBits = func() (t [256]byte) {
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i) + 1
	}
	return t
}()
