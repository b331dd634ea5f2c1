package arch_test

import (
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// page returns the documentation of package exchange, by section.
func page(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path.Join(root, "exchange/doc.go"), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	sections := make(map[string]string)
	for _, section := range strings.Split(file.Doc.Text(), "\n# ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		sections[title] = text
	}
	return sections
}

// items returns the items of a list, each as one line.
func items(text string) []string {
	var all []string
	for line := range strings.SplitSeq(text, "\n") {
		if item, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
			all = append(all, item)
		} else if more := strings.TrimSpace(line); more != "" && len(all) > 0 {
			all[len(all)-1] += " " + more
		}
	}
	return all
}

// glossary returns the terms of the glossary of package exchange.
func glossary(t *testing.T) []string {
	t.Helper()
	var terms []string
	for _, item := range items(page(t)["Glossary"]) {
		term, meaning, ok := strings.Cut(item, ": ")
		if !ok || meaning == "" {
			t.Errorf("no term and meaning: %q", item)
		}
		terms = append(terms, term)
	}
	if len(terms) < 20 {
		t.Fatalf("the glossary has %d terms: %q", len(terms), terms)
	}
	return terms
}

// Every invariant on the page of package exchange names tests, and they exist.
func TestEveryInvariantHasATest(t *testing.T) {
	var code strings.Builder
	for _, files := range sources(t) {
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				code.WriteString(read(t, file))
			}
		}
	}
	invariants := items(page(t)["What always holds"])
	if len(invariants) == 0 {
		t.Fatal("no invariants")
	}
	for _, invariant := range invariants {
		tests := regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(invariant, -1)
		if len(tests) == 0 {
			t.Errorf("no test proves that: %s", invariant)
		}
		for _, test := range tests {
			if !strings.Contains(code.String(), "\nfunc "+test+"(t *testing.T)") {
				t.Errorf("there is no %s: %s", test, invariant)
			}
		}
	}
}

// Every term of the glossary is a word of the code: of a comment or of a name.
func TestEveryTermIsUsed(t *testing.T) {
	used := make(map[string]bool)
	for _, files := range sources(t) {
		for _, file := range files {
			if !strings.HasSuffix(file, ".go") || file == "exchange/doc.go" || strings.HasPrefix(file, "cmd/internal/arch/") {
				continue
			}
			for _, s := range sayings(t, file) {
				for _, w := range word.FindAllString(words(s.text), -1) {
					used[strings.ToLower(w)] = true
				}
			}
		}
	}
	for _, term := range glossary(t) {
		if !used[term] {
			t.Errorf("nothing in the code is called %q", term)
		}
	}
}

// The page of the documentation has the same terms, in English and in Chinese.
func TestGlossaryPage(t *testing.T) {
	terms := glossary(t)
	table, _, _ := strings.Cut(read(t, "deploy/docs/glossary.md"), "ETSI")
	rows := make(map[string]bool)
	for line := range strings.SplitSeq(table, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| word ") {
			continue
		}
		term, zh, en, meaningZH := strings.TrimSpace(cells[1]), cells[2], strings.TrimSpace(cells[3]), cells[4]
		rows[term] = true
		if en == "" || !chinese(zh) || !chinese(meaningZH) {
			t.Errorf("%s lacks a meaning, or its Chinese: %s", term, line)
		}
		if !slices.Contains(terms, term) {
			t.Errorf("%s is not in the glossary of package exchange", term)
		}
	}
	for _, term := range terms {
		if !rows[term] {
			t.Errorf("%s is not on the page; it has %q", term, slices.Sorted(maps.Keys(rows)))
		}
	}
}

func chinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// read returns the content of a file of the module.
func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(path.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
