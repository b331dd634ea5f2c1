package answer_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"

	"beibu/exchange/answer"
)

// Every code that the domain or an adapter gives an error has a row: a literal
// exchange.Error names no other code.
func TestEveryCodeHasARow(t *testing.T) {
	tree, codes := os.DirFS(".."), 0
	err := fs.WalkDir(tree, ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		src, err := fs.ReadFile(tree, file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if code, ok := codeOf(n); ok {
				codes++
				if _, known := answer.Find(code); !known {
					t.Errorf("%s: code %q has no row in the table of problems", file, code)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || codes < 15 {
		t.Errorf("%d codes found: %v", codes, err)
	}
}

// codeOf returns the code that a composite literal of exchange.Error names.
func codeOf(n ast.Node) (string, bool) {
	literal, ok := n.(*ast.CompositeLit)
	if !ok {
		return "", false
	}
	name := ""
	switch of := literal.Type.(type) {
	case *ast.Ident:
		name = of.Name
	case *ast.SelectorExpr:
		name = of.Sel.Name
	}
	for _, element := range literal.Elts {
		field, ok := element.(*ast.KeyValueExpr)
		if !ok || name != "Error" {
			continue
		}
		key, _ := field.Key.(*ast.Ident)
		value, _ := field.Value.(*ast.BasicLit)
		if key == nil || value == nil || key.Name != "Code" {
			continue
		}
		code, err := strconv.Unquote(value.Value)
		return code, err == nil
	}
	return "", false
}
