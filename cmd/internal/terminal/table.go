// Package terminal writes for people: tables, text by strangers made harmless,
// and a bar while many things are done. It uses no colour.
package terminal

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// A Table is printed for people, its columns as wide as what is in them.
type Table struct {
	rows [][]string
}

// NewTable returns a table with a head.
func NewTable(head ...string) *Table { return &Table{rows: [][]string{head}} }

// Row adds a row.
func (t *Table) Row(cells ...string) {
	for i := range cells {
		cells[i] = Clean(cells[i])
	}
	t.rows = append(t.rows, cells)
}

// String returns the table, two spaces between columns.
func (t *Table) String() string {
	var wide []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], uniseg.StringWidth(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", wide[i]-uniseg.StringWidth(cell)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// Clean makes what a stranger wrote safe to print on a terminal, on one line:
// line breaks and other control characters, invisible format characters and what
// turns the direction of text around (UAX #9) are shown as escapes, and bytes
// that are no UTF-8 as U+FFFD. So nobody can forge a row of a table, or a line
// that reads as if this program had written it.
func Clean(text string) string {
	unsafe := func(r rune) bool { return !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) }
	if utf8.ValidString(text) && !strings.ContainsFunc(text, unsafe) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unsafe(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Cleanf formats what a stranger wrote for people, on one line.
func Cleanf(format string, args ...any) string { return Clean(fmt.Sprintf(format, args...)) }

// Language returns the language that the environment asks for (POSIX.1-2017,
// Environment Variables 8.2: LC_ALL before LC_MESSAGES before LANG).
func Language(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := getenv(name); locale != "" {
			if strings.HasPrefix(locale, "zh") {
				return "zh"
			}
			break
		}
	}
	return "en"
}
