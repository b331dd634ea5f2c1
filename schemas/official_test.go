package schemas_test

import (
	"archive/zip"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beibu/schemas"
	"beibu/schemas/schemastest"
)

const ubl = "urn:oasis:names:specification:ubl:schema:xsd:"

// officialPack returns the official UBL 2.4 set as a pack of all UBL kinds,
// opened from a zip that was made of it. One entry file imports those of all roots,
// so that they are compiled together, as the profile's are: a document in an
// extension of another is judged by its own schema then (processContents="lax").
func officialPack(tb testing.TB) schemas.Pack {
	tb.Helper()
	files := schemastest.Files(tb, schemastest.Jars(tb, schemastest.UBL))
	var manifest strings.Builder
	manifest.WriteString("name: ubl-official\nversion: \"2.4\"\nkinds:\n")
	imports := make(map[string]string)
	for _, kind := range newCatalog(tb).Kinds() {
		if strings.HasPrefix(kind.Namespace, ubl) {
			fmt.Fprintf(&manifest, "  - kind: %s\n    root: %s\n    namespace: %s\n    schema: all.xsd\n", kind.Kind, kind.Root, kind.Namespace)
			imports[kind.Namespace] = "external/schemas/ubl24/maindoc/UBL-" + kind.Root + "-2.4.xsd"
		}
	}
	all := `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:beibu:test:all">`
	for _, namespace := range slices.Sorted(maps.Keys(imports)) {
		all += fmt.Sprintf(`<xs:import namespace=%q schemaLocation=%q/>`, namespace, imports[namespace])
	}
	files["all.xsd"] = []byte(all + "</xs:schema>")
	files["manifest.yaml"] = []byte(manifest.String())
	p, err := schemas.OpenPack(zipOf(tb, files))
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// zipOf writes files into an archive and returns its name.
func zipOf(tb testing.TB, files map[string][]byte) string {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), "pack.zip")
	out, err := os.Create(name)
	if err != nil {
		tb.Fatal(err)
	}
	archive := zip.NewWriter(out)
	for _, file := range slices.Sorted(maps.Keys(files)) {
		w, err := archive.Create(file)
		if err == nil {
			_, err = w.Write(files[file])
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		tb.Fatal(err)
	}
	if err := out.Close(); err != nil {
		tb.Fatal(err)
	}
	return name
}

// TestOfficialPack installs the official set in place of the UBL profile: it
// must judge every good UBL document valid.
func TestOfficialPack(t *testing.T) {
	c, count := newCatalog(t, officialPack(t)), 0
	for _, s := range samples(t) {
		if !s.Good {
			continue
		}
		r := validate(t, c, s.Bytes)
		if !strings.HasPrefix(r.Type.Namespace, ubl) {
			continue
		}
		count++
		if r.Type.Schema != "ubl-official@2.4" {
			t.Fatalf("%s/good/%s was judged by %s", s.Kind, s.Name, r.Type.Schema)
		}
		if !r.Valid() || string(r.Type.Kind) != s.Kind {
			t.Errorf("%s/good/%s: kind %q, %+v", s.Kind, s.Name, r.Type.Kind, r.Violations)
		}
	}
	t.Logf("%d good documents", count)
}
