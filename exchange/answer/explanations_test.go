package answer

import (
	"testing"
	"unicode"
)

// Every code that an answer can carry is explained, in both languages, and no other.
func TestEveryRowIsExplained(t *testing.T) {
	rows := map[string]bool{}
	for _, row := range Entries() {
		rows[row.Code] = true
		_, e, _ := Explain(row.Code)
		for _, text := range []string{e.Cause.EN, e.Remedy.EN} {
			if text == "" {
				t.Errorf("%s: no explanation in English", row.Code)
			}
		}
		for _, text := range []string{e.Cause.ZH, e.Remedy.ZH} {
			if !containsHan(text) {
				t.Errorf("%s: no explanation in Chinese: %q", row.Code, text)
			}
		}
	}
	for _, all := range []map[string]Explanation{explanations, requestExplanations} {
		for code := range all {
			if !rows[code] {
				t.Errorf("%s is explained twice, or no answer carries it", code)
			}
			delete(rows, code)
		}
	}
}

func containsHan(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}
