package acceptor

import (
	"fmt"
	"regexp"
	"strings"
)

// pattern returns the regular expression that matches what one of the patterns of a
// simple type does (XML Schema 1.0, part 2, appendix F), or false if they are written
// with more than is translated: characters of ASCII, classes of them, groups and
// quantifiers.
func pattern(alternatives []string) (*regexp.Regexp, bool) {
	translated := make([]string, 0, len(alternatives))
	for _, p := range alternatives {
		t := translator{rest: p}
		if !t.translate() {
			return nil, false
		}
		translated = append(translated, t.out.String())
	}
	re, err := regexp.Compile("^(?:" + strings.Join(translated, "|") + ")$")
	return re, err == nil
}

// A translator writes a pattern of XML Schema as one of package regexp. The two differ
// in what classes such as \d and the dot stand for, and in anchors.
type translator struct {
	rest string
	out  strings.Builder
}

const (
	special  = `.\?*+{}()[]|^$-` // may be escaped
	unusable = `.^$]}`           // stand for something else, or for nothing
)

func (t *translator) translate() bool {
	for t.rest != "" {
		c := t.rest[0]
		t.rest = t.rest[1:]
		ok := true
		switch c {
		case '(':
			t.out.WriteString("(?:")
		case ')', '|', '?', '*', '+':
			t.out.WriteByte(c)
		case '{':
			ok = t.count()
		case '[':
			ok = t.class()
		case '\\':
			if c, ok = t.escaped(); ok {
				t.literal(c)
			}
		default:
			if ok = isPlain(c) && !strings.Contains(unusable, string(rune(c))); ok {
				t.literal(c)
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

func isPlain(c byte) bool { return c >= ' ' && c <= '~' }

func (t *translator) literal(c byte) {
	fmt.Fprintf(&t.out, `\x%02x`, c)
}

// escaped returns the character behind a backslash.
func (t *translator) escaped() (byte, bool) {
	if t.rest == "" || !strings.Contains(special, t.rest[:1]) {
		return 0, false
	}
	c := t.rest[0]
	t.rest = t.rest[1:]
	return c, true
}

// count translates a quantifier in braces.
func (t *translator) count() bool {
	inside, rest, ok := strings.Cut(t.rest, "}")
	least, most, _ := strings.Cut(inside, ",")
	if !ok || least == "" || strings.Trim(least+most, "0123456789") != "" {
		return false
	}
	t.out.WriteString("{" + inside + "}")
	t.rest = rest
	return true
}

// class translates a class of characters and ranges of them.
func (t *translator) class() bool {
	t.out.WriteByte('[')
	for first := true; ; first = false {
		c, end, ok := t.member()
		if !ok || end && first {
			return false
		}
		if end {
			t.out.WriteByte(']')
			return true
		}
		fmt.Fprintf(&t.out, `\x%02x`, c)
		if len(t.rest) > 1 && t.rest[0] == '-' && t.rest[1] != ']' {
			t.rest = t.rest[1:]
			if c, end, ok = t.member(); !ok || end {
				return false
			}
			fmt.Fprintf(&t.out, `-\x%02x`, c)
		}
	}
}

// member reads a character of a class, or its end. A hyphen must be escaped.
func (t *translator) member() (c byte, end, ok bool) {
	if t.rest == "" {
		return 0, false, false
	}
	c = t.rest[0]
	t.rest = t.rest[1:]
	switch c {
	case ']':
		return 0, true, true
	case '\\':
		c, ok = t.escaped()
		return c, false, ok
	}
	return c, false, isPlain(c) && !strings.Contains("[-^", string(rune(c)))
}
