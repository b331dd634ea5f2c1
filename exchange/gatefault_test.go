package exchange_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
)

// What is wrong with the syntax of a document is said in Chinese as exactly as
// in English.
func TestSyntaxInChinese(t *testing.T) {
	checks := exchangetest.Checks(t)
	for doc, want := range map[string]string{
		"hello":                   "应为根元素，实际为“hello”。",
		"<a/>x":                   "根元素之后不应有内容，实际为“x”。",
		"<a><b></a>":              "应为 b 的结束标签，实际为“</a>”。",
		"<a b=1/>":                "属性值应加引号，实际为“1/>”。",
		"<a>&x;</a>":              "应为对字符的引用或 amp、lt、gt、quot、apos 之一的引用（& 本身写作 &amp;），实际为“&x;</a>”。",
		"<a>\x01</a>":             "应为文本，实际为控制字符 U+0001。",
		"<a>":                     "应为 a 的结束标签，实际单证到此结束。",
		"<a><!-- -- --></a>":      "应为“-->”，实际注释中有“--”。",
		"\n<?xml version='1.0'?>": "XML 声明应位于最开头，实际其前有空行。",
	} {
		if got := find(t, checks, []byte(doc)).Faults()[0]; got.Message.ZH != want {
			t.Errorf("%q: %s (%s), want %s", doc, got.Message.ZH, got.Message.EN, want)
		}
	}
}

// reasons finds what the strict reader says that it expects of the syntax.
var reasons = regexp.MustCompile("(?:unexpected\\(\\w+(?:\\.\\w+)?, |fail\\(CodeSyntax, [^,]+, (?:fmt\\.Sprintf\\()?)(\"[^\"]*\"|`[^`]*`)")

// Every reason of the strict reader about syntax has a Chinese text.
func TestEveryReasonHasAChineseText(t *testing.T) {
	files, err := filepath.Glob("../signing/strict/*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil || strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, m := range reasons.FindAllStringSubmatch(string(source), -1) {
			expected, _, _ := strings.Cut(strings.TrimPrefix(strings.Trim(m[1], "`"), "\""), ", found ")
			expected = strings.TrimPrefix(strings.TrimSuffix(expected, "\""), "expected ")
			if strings.HasPrefix(m[1], "`") {
				expected, _, _ = strings.Cut(strings.TrimPrefix(strings.Trim(m[1], "`"), "expected "), ", found ")
			}
			if expected == "" || expected == "the end tag of " {
				continue
			}
			if seen++; exchange.ReasonZH("expected "+expected+", found none") == "" {
				t.Errorf("%s: %s", name, expected)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d reasons found", seen)
	}
}
