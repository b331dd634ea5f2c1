package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// QuoteLimit is how many characters of a value a message shows at most. Those
// who sent the document have it in full, and a message that repeats a value of
// megabytes for each of hundreds of faults helps nobody.
const QuoteLimit = 120

// Quote returns a value of a document as messages show it, in English and in
// Chinese. A value that reads as it is written is shown as it is. Characters
// that cannot be seen or that look like others are shown as U+XXXX, and the
// place of the first of them is said, counted in characters from 1. A value of
// more than QuoteLimit characters is cut, and its length in UTF-8 is said.
func Quote(value string) (en, zh string) {
	shown, cut := value, false
	if len(value) > QuoteLimit {
		shown, cut = head(value, QuoteLimit)
	}
	odd := oddIn(shown)
	if value != "" && !cut && odd == nil {
		return value, value
	}
	var text, moreEN, moreZH strings.Builder
	place, at := 0, 0
	for i, r := range shown {
		place++
		if len(odd) == 0 || odd[0] != i {
			text.WriteRune(r)
			continue
		}
		odd = odd[1:]
		fmt.Fprintf(&text, "[U+%04X]", r)
		if at == 0 {
			at = place
			fmt.Fprintf(&moreEN, " (character %d is U+%04X)", at, r)
			fmt.Fprintf(&moreZH, "（第%d个字符为U+%04X）", at, r)
		}
	}
	if cut {
		text.WriteString("…")
		fmt.Fprintf(&moreEN, " (%d bytes)", len(value)) // to count the characters of megabytes takes too long
		fmt.Fprintf(&moreZH, "（共%d字节）", len(value))
	}
	return "“" + text.String() + "”" + moreEN.String(), "“" + text.String() + "”" + moreZH.String()
}

// head returns the first n characters of a text, and whether there are more.
func head(text string, n int) (string, bool) {
	for i := range text {
		if n == 0 {
			return text[:i], true
		}
		n--
	}
	return text, false
}

// oddIn returns the offsets of the characters of a text that a reader cannot
// see or would take for others, in order.
func oddIn(text string) []int {
	var odd []int
	alike := looksLatin(text)
	for i, r := range text {
		if Hidden(r) || alike && r >= utf8.RuneSelf || r == ' ' && needless(text, i) {
			odd = append(odd, i)
		}
	}
	return odd
}

// Hidden reports whether a character cannot be seen, takes another one's place as
// a blank, or is a full-width form of an ASCII letter or digit. Full-width marks
// are how Chinese is written.
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

// needless reports whether a blank is at an end of a text or beside another one.
func needless(text string, i int) bool {
	return i == 0 || i == len(text)-1 || text[i-1] == ' ' || text[i+1] == ' '
}

// lookalikes are the letters of Greek and Cyrillic that look like
// letters of ASCII.
const lookalikes = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο" + "АВЕЅІЈКМНОРСТУХаеѕіјорсух"

// looksLatin reports whether a text holds lookalikes and no other letters that
// are not of ASCII, so that all of it is taken for Latin. A name in Russian is
// not.
func looksLatin(text string) bool {
	found := false
	for _, r := range text {
		if r < utf8.RuneSelf {
			continue
		}
		if !strings.ContainsRune(lookalikes, r) {
			return false
		}
		found = true
	}
	return found
}
