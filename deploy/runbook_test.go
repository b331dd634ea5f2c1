package deploy_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/operator/alert"
)

// sections returns the titles of a page at the second level.
func sections(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile("docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.SplitSeq(string(text), "\n") {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			all = append(all, title)
		}
	}
	return all
}

// The runbook has a section for each alert, in both languages and in the same order, and
// one on what is usual.
func TestRunbook(t *testing.T) {
	var want []string
	for _, code := range alert.Codes() {
		want = append(want, string(code))
		if path := (alert.Alert{Code: code}).Runbook(); path != "runbook.md#"+string(code) {
			t.Errorf("%s leads to %s", code, path)
		}
	}
	for page, last := range map[string]string{"runbook.md": "What is usual", "zh/runbook.md": "常态"} {
		if got := sections(t, page); !slices.Equal(got, append(slices.Clone(want), last)) {
			t.Errorf("%s has %q, want %q and %q", page, got, want, last)
		}
	}
}
