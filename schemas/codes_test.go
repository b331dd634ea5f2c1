package schemas

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jacoelho/xsd/xsderrors"

	"beibu/signing/strict"
)

// TestEveryEngineCodeIsMapped reads the engine's codes from its source, so
// that a code of a later version cannot go unnoticed.
func TestEveryEngineCodeIsMapped(t *testing.T) {
	// Of a test that was built with -trimpath, package go/build does not know where the
	// modules are.
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "github.com/jacoelho/xsd/xsderrors").Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(folder)), "errors.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		literal, ok := spec.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		code, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		count++
		if meanings[xsderrors.Code(code)].outcome == 0 {
			t.Errorf("the engine's code %s is not mapped", code)
		}
		return true
	})
	if count != len(meanings) {
		t.Errorf("the engine has %d codes, %d are mapped", count, len(meanings))
	}
}

// TestUnknownEngineCodeIsAnError shows that a code without a meaning fails a
// validation instead of passing for a verdict.
func TestUnknownEngineCodeIsAnError(t *testing.T) {
	_, err := diagnostics(&xsderrors.Error{Category: xsderrors.CategoryValidation, Code: "validation.new"})
	if err == nil {
		t.Error("a code of the engine that has no meaning passed")
	}
	if _, err := diagnostics(xsderrors.InternalInvariant("broken")); err == nil {
		t.Error("an internal error of the engine passed for a verdict")
	}
}

// FuzzOpenPack looks for archives that break the bounds of a pack or the
// program.
func FuzzOpenPack(f *testing.F) {
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Add([]byte("name: a\nversion: b\nkinds:\n- {kind: k, root: r, schema: s.xsd}\n"))
	f.Add([]byte("kinds: &a [*a]"))
	f.Add([]byte("kinds: !0 000"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if files, err := readZip(data); err == nil {
			total := 0
			for _, file := range files {
				total += len(file)
			}
			if total > maxPackBytes {
				panic("more is read than a pack may hold")
			}
			_, _ = newPack(files)
		}
		_, _ = newPack(map[string][]byte{manifestName: data, "s.xsd": data})
	})
}

// FuzzIdentify holds what is made out of a document, however broken, against the
// document itself: reading it must end, and never look behind the document.
func FuzzIdentify(f *testing.F) {
	for _, seed := range []string{
		`<a xmlns="urn:b"/>`, `<!-- <x> --><p:a xmlns:p='u&#58;b' q=">"/>`, "\xef\xbb\xbf<a>",
		`<?xml version="1.0"?><a xmlns="` + ublSpace + `X-2"><CustomizationID xmlns="` + basicComponents + `">&lt;<![CDATA[x]]></CustomizationID></a>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		tree, _ := strict.ParseFaulty(doc, strict.Limits{})
		h := identify(tree)
		if tree.Len() > 0 && (h.at >= len(doc) || doc[h.at] != '<') {
			t.Errorf("the root is reported at %d", h.at)
		}
		o := outlineOf(tree)
		for i := int32(root); int(i) <= tree.Len(); i++ {
			n := o.Element(i)
			if o.parent(i) >= i || n.End() > len(doc) || n.Close() < n.Start() || n.End() < n.Close() {
				t.Fatalf("element %d: %d to %d, closed at %d", i, n.Start(), n.End(), n.Close())
			}
			n.Content()
			o.path(i)
		}
	})
}
