package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"beibu/exchange/rules"
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
			for _, e := range spoken(n) {
				if literal, ok := e.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					text, _ := strconv.Unquote(literal.Value)
					all[text] = true
				}
			}
			return true
		})
	}
	for _, hint := range hints {
		all[hint] = true
	}
	return all
}

// spoken returns the expressions of a node that are phrases if they are constant
// texts: the first argument of what speaks, all headings of a table, the second
// part of a hinted error, and what hintOf returns.
func spoken(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := nameOf(n.Fun)
		switch {
		case name == "newTable":
			return n.Args
		case speaking[name]:
			return n.Args[:min(1, len(n.Args))]
		}
	case *ast.CompositeLit:
		if name, ok := n.Type.(*ast.Ident); ok && name.Name == "hinted" && len(n.Elts) == 2 {
			return n.Elts[1:]
		}
	case *ast.FuncDecl:
		if n.Name.Name == "hintOf" {
			return returned(n.Body)
		}
	}
	return nil
}

// returned returns what the returns of a function give.
func returned(body *ast.BlockStmt) (all []ast.Expr) {
	ast.Inspect(body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			all = append(all, r.Results...)
		}
		return true
	})
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
	values := []string{rules.Warn.String(), rules.Hold.String(), rules.Reject.String()}
	for phrase, translated := range chinese {
		if !phrases[phrase] && !slices.Contains(values, phrase) {
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
