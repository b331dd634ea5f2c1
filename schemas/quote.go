package schemas

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"beibu/schemas/internal/grammar"
)

// Bounds of what messages repeat of a document, in characters.
const (
	maxShown = 64  // of a name or a namespace
	maxQuote = 120 // of a value
)

// quote returns a value of a document as messages show it: on one line, at most
// maxQuote characters. Those that cannot be seen or that look like others are
// shown as U+XXXX, with the place of the first of them in characters from 1.
// Package rules quotes in the same form.
func quote(value string) (en, zh string) {
	if value == "" {
		return "nothing", "空"
	}
	head, cut := first(value, maxQuote)
	text, at, odd := reveal(head, true)
	if at > 0 {
		en, zh = fmt.Sprintf(" (character %d is U+%04X)", at, odd), fmt.Sprintf("（第%d个字符为U+%04X）", at, odd)
	}
	if cut {
		text += "…"
		en += fmt.Sprintf(" (%d bytes)", len(value))
		zh += fmt.Sprintf("（共%d字节）", len(value))
	}
	return "“" + text + "”" + en, "“" + text + "”" + zh
}

// clip returns a name or a namespace of a document as messages show it: on one
// line, at most maxShown characters.
func clip(name string) string {
	head, cut := first(name, maxShown)
	text, _, _ := reveal(head, false)
	if cut {
		text += "…"
	}
	return text
}

// first returns the first n characters of a text, and whether there are more.
func first(text string, n int) (string, bool) {
	for i := range text {
		if n == 0 {
			return text[:i], true
		}
		n--
	}
	return text, false
}

// reveal writes out the characters of a text that a reader cannot see and, in a
// value, those that a reader would take for others. It returns the place of the
// first of them, from 1, or 0.
func reveal(text string, value bool) (shown string, at int, odd rune) {
	var out strings.Builder
	alike, place := value && looksASCII(text), 0
	for i, r := range text {
		place++
		if odd := hidden(r) || alike && r >= utf8.RuneSelf || value && r == ' ' && needless(text, i); !odd {
			out.WriteRune(r)
			continue
		}
		fmt.Fprintf(&out, "[U+%04X]", r)
		if at == 0 {
			at, odd = place, r
		}
	}
	return out.String(), at, odd
}

// hidden returns whether a character cannot be seen, is a blank other than the
// usual one, or is a full-width letter or digit. Full-width marks are how
// Chinese is written.
func hidden(r rune) bool {
	switch {
	case r == ' ':
		return false
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7F
	case '０' <= r && r <= '９', 'Ａ' <= r && r <= 'Ｚ', 'ａ' <= r && r <= 'ｚ':
		return true
	}
	return !unicode.IsGraphic(r) ||
		unicode.In(r, unicode.Zs, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// needless returns whether a blank is at an end of a text or beside another.
func needless(text string, i int) bool {
	return i == 0 || i == len(text)-1 || text[i-1] == ' ' || text[i+1] == ' '
}

// lookalikes are letters of Greek and Cyrillic, and dashes, that cannot be distinguished
// from characters of ASCII.
const lookalikes = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο" + "АВЕЅІЈКМНОРСТУХаеѕіјорсух" + "‐‑‒–—−"

// looksASCII returns whether all characters of a text beyond ASCII are
// lookalikes, so that it is taken for ASCII. A name in Russian is not.
func looksASCII(text string) bool {
	for _, r := range text {
		if r >= utf8.RuneSelf && !hidden(r) && !strings.ContainsRune(lookalikes, r) {
			return false
		}
	}
	return true
}

// collapsed returns a value as its type reads it: with its white space
// collapsed, unless the type is one of plain text (XML Schema 1.0, part 2,
// 4.3.6).
func collapsed(t *grammar.Text, value string) string {
	if t == nil || t.Base == "string" || t.Base == "normalizedString" {
		return value
	}
	return strings.Join(strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }), " ")
}
