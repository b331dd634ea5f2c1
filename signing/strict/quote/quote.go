// Package quote writes what a document contains into messages for people. A
// sender must see why a value is wrong that looks right: a blank that is none, a
// Cyrillic letter in a code, a full-width digit. So characters that cannot be seen,
// or that look like others, are shown as U+XXXX. What is quoted is short: those who
// sent a document have it in full, and a message that repeats a value of megabytes
// for each of hundreds of faults helps nobody.
package quote

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what is shown, in characters.
const (
	Limit     = 120 // of a text or a value
	NameLimit = 64  // of a name or a namespace
)

// A form says which characters are shown as U+XXXX besides hidden ones, and how
// many characters are shown at all.
type form struct {
	limit      int
	lookalikes string // characters that are taken for those of ASCII, if no others beyond ASCII are present
	blanks     bool   // blanks at an end or beside another
}

// letters are the letters of Greek and Cyrillic that look like letters of ASCII.
const letters = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο" + "АВЕЅІЈКМНОРСТУХаеѕіјорсух"

// Text returns a text of a document in quotation marks, in English and Chinese. A
// text that reads as it is written is returned as it is. Otherwise the place of the
// first character that is shown as U+XXXX follows, counted in characters from 1. A
// text of more than [Limit] characters is cut, and its length in UTF-8 follows.
func Text(text string) (en, zh string) {
	s := form{Limit, letters, true}.show(text)
	if text != "" && s.at == 0 && !s.cut {
		return text, text
	}
	return s.quoted(len(text))
}

// Value is [Text] for a value of a simple type, such as a date: it is always in
// quotation marks, and dashes are shown as U+XXXX too, since they look like the
// hyphen.
func Value(value string) (en, zh string) {
	if value == "" {
		return "nothing", "空"
	}
	return form{Limit, letters + "‐‑‒–—−", true}.show(value).quoted(len(value))
}

// Name returns a name or a namespace of a document on one line, without quotation
// marks. One of more than [NameLimit] characters is cut.
func Name(name string) string {
	s := form{limit: NameLimit}.show(name)
	if s.cut {
		return s.text + "…"
	}
	return s.text
}

// Hidden reports whether a character cannot be seen, is a blank other than the
// usual one, or is a full-width form of an ASCII letter or digit. Full-width
// punctuation is not hidden: Chinese is written with it.
func Hidden(r rune) bool {
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

// shown is what a message shows of a text.
type shown struct {
	text string
	cut  bool
	at   int  // place of the first character that is shown as U+XXXX, from 1; 0 if there is none
	odd  rune // that character
}

// show returns what a message shows of a text.
func (f form) show(text string) shown {
	head, cut := first(text, f.limit)
	s := shown{text: head, cut: cut}
	alike := f.lookalikes != "" && onlyLookalikes(head, f.lookalikes)
	var out strings.Builder
	place := 0
	for i, r := range head {
		place++
		odd := Hidden(r) || alike && r >= utf8.RuneSelf || f.blanks && r == ' ' && needless(head, i)
		if odd && s.at == 0 {
			s.at, s.odd = place, r
			out.WriteString(head[:i])
		}
		switch {
		case odd:
			fmt.Fprintf(&out, "[U+%04X]", r)
		case s.at > 0:
			out.WriteRune(r)
		}
	}
	if s.at > 0 {
		s.text = out.String()
	}
	return s
}

// quoted returns what is shown in quotation marks, with the place of the first
// character that is shown as U+XXXX and, of a text that is cut, its bytes: to count
// the characters of megabytes takes too long.
func (s shown) quoted(size int) (en, zh string) {
	text := s.text
	if s.at > 0 {
		en, zh = fmt.Sprintf(" (character %d is U+%04X)", s.at, s.odd), fmt.Sprintf("（第%d个字符为U+%04X）", s.at, s.odd)
	}
	if s.cut {
		text += "…"
		en += fmt.Sprintf(" (%d bytes)", size)
		zh += fmt.Sprintf("（共%d字节）", size)
	}
	return "“" + text + "”" + en, "“" + text + "”" + zh
}

// first returns the first n characters of a text, and whether there are more.
func first(text string, n int) (string, bool) {
	if len(text) <= n {
		return text, false
	}
	for i := range text {
		if n == 0 {
			return text[:i], true
		}
		n--
	}
	return text, false
}

// needless reports whether a blank is at an end of a text or beside another one.
func needless(text string, i int) bool {
	return i == 0 || i == len(text)-1 || text[i-1] == ' ' || text[i+1] == ' '
}

// onlyLookalikes reports whether all characters of a text beyond ASCII that can be
// seen are lookalikes, so that a reader takes the text for ASCII. A name in Russian
// has other letters too.
func onlyLookalikes(text, lookalikes string) bool {
	for _, r := range text {
		if r >= utf8.RuneSelf && !Hidden(r) && !strings.ContainsRune(lookalikes, r) {
			return false
		}
	}
	return true
}
