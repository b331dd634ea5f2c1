package terminal

import (
	"strings"
	"testing"
	"unicode"
)

func TestTable(t *testing.T) {
	table := NewTable("PARTY", "NAME", "ROLE")
	table.Row("a", "钦州海关（港口）", "customs")
	table.Row("window-vn", "Viet Nam", "")
	want := "" +
		"PARTY      NAME              ROLE\n" +
		"a          钦州海关（港口）  customs\n" +
		"window-vn  Viet Nam\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Marks above and below a letter take no cell of their own: Thai, Lao, Khmer,
// Vietnamese with combining marks.
func TestWidthOfScripts(t *testing.T) {
	table := NewTable("NAME", "X")
	table.Row("ทุเรียน", "1")               // durian in Thai: 7 letters and marks, 5 cells
	table.Row("ໝາກໄມ້", "2")                // fruit in Lao
	table.Row("Đo\u0302ng Hu\u031bng", "3") // decomposed
	table.Row("防城港", "4")
	want := "" +
		"NAME       X\n" +
		"ทุเรียน      1\n" +
		"ໝາກໄມ້      2\n" +
		"Đo\u0302ng Hu\u031bng  3\n" +
		"防城港     4\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// What a stranger wrote cannot move the cursor, colour the terminal or turn
// its text around.
func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"CN/4501/26/00183 壹":   "CN/4501/26/00183 壹",
		"\x1b[31mred\x1b[0m":   `\x1b[31mred\x1b[0m`,
		"a\rb\x00\u009b":       `a\rb\x00\u009b`,
		"abc\u202egpj":         `abc\u202egpj`,
		"two\nlines\u2028more": `two\nlines\u2028more`,
		"zero\u200bwidth":      `zero\u200bwidth`,
		"bad \xff utf-8":       `bad ` + "\uFFFD" + ` utf-8`,
	} {
		if got := Clean(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// A cell with line breaks stays one row.
func TestTableRowsCannotBeForged(t *testing.T) {
	table := NewTable("NUMBER", "STATE")
	table.Row("CN/1\n019b  ConsignmentAcceptance", "held")
	if got := strings.Count(table.String(), "\n"); got != 2 {
		t.Errorf("%d lines:\n%s", got, table)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("CN/4501/26/00183")
	f.Add("\x1b[31m\xff\u202e\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		got := Clean(text)
		for _, r := range got {
			if !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%q keeps %q", text, r)
			}
		}
		if Clean(got) != got {
			t.Errorf("%q is cleaned twice", text)
		}
	})
}

// The language is that of the locale, in the order of POSIX.
func TestLanguage(t *testing.T) {
	for _, test := range []struct{ all, messages, lang, want string }{
		{"", "", "", "en"}, {"", "", "zh_CN.UTF-8", "zh"}, {"", "en_US", "zh_CN", "en"}, {"zh_CN", "C", "C", "zh"}, {"C", "zh", "zh", "en"},
	} {
		env := map[string]string{"LC_ALL": test.all, "LC_MESSAGES": test.messages, "LANG": test.lang}
		if got := Language(func(name string) string { return env[name] }); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
	}
}
