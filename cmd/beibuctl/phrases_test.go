package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// speaking are the calls whose constant texts people read.
var speaking = map[string]bool{"say": true, "word": true, "note": true, "newTable": true, "fact": true}

// said returns the phrases that the program says.
func said(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]bool)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !speaking[nameOf(call.Fun)] {
				return true
			}
			arguments := call.Args
			if name := nameOf(call.Fun); name != "newTable" {
				arguments = arguments[:min(1, len(arguments))]
			}
			for _, argument := range arguments {
				if literal, ok := argument.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					text, _ := strconv.Unquote(literal.Value)
					all[text] = true
				}
			}
			return true
		})
	}
	return all
}

// nameOf returns the last name of what is called.
func nameOf(function ast.Expr) string {
	switch f := function.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

var verb = regexp.MustCompile(`%[a-z]`)

// Everything that the program says to people, it can say in Chinese: with the
// same values in the same order, and nothing in the book is said no more.
func TestEveryPhraseIsInBothLanguages(t *testing.T) {
	phrases := said(t)
	if len(phrases) < 40 {
		t.Fatalf("found %d phrases only", len(phrases))
	}
	for phrase := range phrases {
		bare := strings.TrimPrefix(verb.ReplaceAllString(phrase, ""), "beibuctl")
		if !strings.ContainsFunc(bare, unicode.IsLetter) {
			continue
		}
		if _, ok := chinese[phrase]; !ok {
			t.Errorf("not in Chinese: %q", phrase)
		}
	}
	for phrase, translated := range chinese {
		// What an exchange says of a finding is a value there: envelope, receipt, document.
		if !phrases[phrase] && phrase != whatEnvelope && phrase != whatReceipt && phrase != whatDocument {
			t.Errorf("nothing says %q", phrase)
		}
		if want, got := verb.FindAllString(phrase, -1), verb.FindAllString(translated, -1); strings.Join(want, "") != strings.Join(got, "") {
			t.Errorf("%q has %v, and its Chinese %v", phrase, want, got)
		}
	}
}

// Headings and labels follow --lang.
func TestTablesInChinese(t *testing.T) {
	_, english, _ := called(t, "--lang", "en", "rules", "list", "--kind", "ata-carnet")
	_, translated, _ := called(t, "--lang", "zh", "rules", "list", "--kind", "ata-carnet")
	if !strings.HasPrefix(english, "CODE ") || !strings.HasPrefix(translated, "代码 ") {
		t.Errorf("got\n%.60s\n%.60s", english, translated)
	}
}
