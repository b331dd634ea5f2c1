package schemas_test

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/schemas"
	"beibu/schemas/schemastest"
)

const lichee = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:example:fruit:1" xmlns:w="urn:example:weight:1" elementFormDefault="qualified">
<xs:import namespace="urn:example:weight:1"/>
<xs:element name="Lychee"><xs:complexType><xs:sequence><xs:element ref="w:Weight"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>`

const weight = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:example:weight:1">
<xs:element name="Weight" type="xs:decimal"/>
</xs:schema>`

const fruitManifest = `name: fruit
version: "1.0"
kinds:
  - kind: lychee-note
    root: Lychee
    namespace: urn:example:fruit:1
    schema: fruit/lychee.xsd
    from: 2025-06-01
    until: 2025-06-30
    facts: {number: Weight}
`

func fruit() map[string][]byte {
	return map[string][]byte{
		"manifest.yaml": []byte("\ufeff" + fruitManifest), "fruit/lychee.xsd": []byte("\ufeff" + lichee), "units/weight.xsd": []byte(weight),
		"README.txt": []byte("not read"),
	}
}

// folderOf writes files into a folder and returns its name.
func folderOf(tb testing.TB, files map[string][]byte) string {
	tb.Helper()
	folder := tb.TempDir()
	for name, data := range files {
		full := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o750); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(full, data, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return folder
}

// TestPackAddsAKind opens one pack as a folder and as a zip, with an import
// that is found by its namespace.
func TestPackAddsAKind(t *testing.T) {
	for _, name := range []string{folderOf(t, fruit()), zipOf(t, fruit())} {
		p, err := schemas.OpenPack(name)
		if err != nil {
			t.Fatal(err)
		}
		c := newCatalog(t, p)
		for _, test := range []struct{ weight, day, want string }{
			{"1.5", "2025-06-01", "valid"},
			{"much", "2025-06-15", "schema.value"},
			{"1.5", "2025-06-30", "valid"},
			{"1.5", "2025-05-31", "schema.unknown-kind"},
			{"1.5", "2025-07-01", "schema.unknown-kind"},
		} {
			doc := `<Lychee xmlns="urn:example:fruit:1"><Weight xmlns="urn:example:weight:1">` + test.weight + `</Weight></Lychee>`
			day, err := time.Parse(time.DateOnly, test.day)
			if err != nil {
				t.Fatal(err)
			}
			r, err := c.ValidateAt(t.Context(), []byte(doc), day)
			if err != nil || first(r) != test.want {
				t.Errorf("%s on %s: %+v, %v, expected %s", test.weight, test.day, r, err, test.want)
			}
			if r.Valid() && (r.Type.Kind != "lychee-note" || r.Type.Schema != "fruit@1.0") {
				t.Errorf("type %+v", r.Type)
			}
		}
	}
}

// TestPackReplacesAProfile judges licences by a pack while it is in force, and
// by the profile before.
func TestPackReplacesAProfile(t *testing.T) {
	files := map[string][]byte{
		"manifest.yaml": []byte("name: new\nversion: \"2\"\nkinds:\n- {kind: import-licence, root: ImportLicence, " +
			"namespace: 'urn:beibu:schema:trade-licence:1', schema: l.xsd, from: 2027-01-01}\n"),
		"l.xsd": []byte(`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:beibu:schema:trade-licence:1">` +
			`<xs:element name="ImportLicence"/></xs:schema>`),
	}
	p, err := schemas.OpenPack(folderOf(t, files))
	if err != nil {
		t.Fatal(err)
	}
	c := newCatalog(t, p)
	for year, want := range map[int]string{2026: "beibu-trade-licence/1", 2027: "new@2"} {
		doc := []byte(`<ImportLicence xmlns="urn:beibu:schema:trade-licence:1"/>`)
		r, err := c.ValidateAt(t.Context(), doc, time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
		if err != nil || r.Type.Schema != want || r.Type.Kind != "import-licence" || r.Valid() != (year == 2027) {
			t.Errorf("%d: %+v, %v, expected %s", year, r, err, want)
		}
	}
}

// TestPackMistakes lists what is wrong with a pack, all at once.
func TestPackMistakes(t *testing.T) {
	for _, test := range []struct {
		name   string
		change map[string]string
		want   []string
	}{
		{"no manifest", map[string]string{"manifest.yaml": ""}, []string{"manifest.yaml"}},
		{"unknown key", map[string]string{"manifest.yaml": fruitManifest + "colour: red\n"}, []string{"colour", "[11:1]"}},
		{
			"many",
			map[string]string{
				"manifest.yaml":    "name: a b\nversion: ''\nkinds:\n- kind: x\n  root: R\n  schema: ../x.xsd\n  from: May\n- kind: y\n  root: ''\n  schema: fruit/lychee.xsd\n",
				"fruit/lychee.xsd": "<a/>",
			},
			[]string{"name:", "version:", "manifest.yaml:4: kind x: schema", "kind x: from", "manifest.yaml:8: kind y: root", "fruit/lychee.xsd: read schema: line 1"},
		},
		{
			"no number",
			map[string]string{"manifest.yaml": strings.Replace(fruitManifest, "number: Weight", "version: Weight", 1)},
			[]string{"manifest.yaml:4: kind lychee-note: facts: number: must name the path"},
		},
		{
			"facts",
			map[string]string{"manifest.yaml": strings.Replace(fruitManifest, "facts: {number: Weight}", "facts:\n      numbre: Weight\n      hs: [Weight, 'w:Weight']", 1)},
			[]string{
				"manifest.yaml:11: kind lychee-note: facts: numbre: unknown", "manifest.yaml:12: kind lychee-note: facts: hs: \"w:Weight\"",
				"manifest.yaml:4: kind lychee-note: facts: number: must name the path",
			},
		},
		{
			"lists of facts",
			map[string]string{"manifest.yaml": strings.Replace(fruitManifest, "facts: {number: Weight}", "facts:\n      number: Weight\n      lines: {at: Fruit, colour: C}\n      references:\n        - {at: Paper, number: 'w:ID'}\n        - {at: Paper}", 1)},
			[]string{
				"manifest.yaml:12: kind lychee-note: facts: lines: colour: unknown", "manifest.yaml:14: kind lychee-note: facts: references: number: \"w:ID\"",
				"manifest.yaml:15: kind lychee-note: facts: references: number: is missing",
			},
		},
		{
			"until before from",
			map[string]string{"manifest.yaml": strings.Replace(fruitManifest, "until: 2025", "until: 2024", 1)},
			[]string{"manifest.yaml:4: kind lychee-note: until"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := fruit()
			for name, data := range test.change {
				files[name] = []byte(data)
			}
			_, err := schemas.OpenPack(folderOf(t, files))
			if err == nil {
				t.Fatal("the pack was opened")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
		})
	}
}

// TestSchemaMistakes lists packs whose files do not fit together, all at once.
func TestSchemaMistakes(t *testing.T) {
	var packs []schemas.Pack
	for _, change := range []map[string]string{
		{"fruit/lychee.xsd": strings.Replace(lichee, "w:Weight", "w:Mass", 1)},
		{"manifest.yaml": strings.NewReplacer("root: Lychee", "root: Longan", "name: fruit", "name: longan").Replace(fruitManifest)},
		{"fruit/lychee.xsd": strings.Replace(lichee, `"/>`, `" schemaLocation="http://127.0.0.1:1/w.xsd"/>`, 1), "units/weight.xsd": strings.Replace(weight, "weight:1", "weight:2", 1)},
		{"fruit/lychee.xsd": strings.Replace(lichee, `"/>`, `" schemaLocation="../../../../etc/passwd"/>`, 1), "units/weight.xsd": strings.Replace(weight, "weight:1", "weight:2", 1)},
	} {
		files := fruit()
		for name, data := range change {
			files[name] = []byte(data)
		}
		p, err := schemas.OpenPack(folderOf(t, files))
		if err != nil {
			t.Fatal(err)
		}
		packs = append(packs, p)
	}
	_, err := schemas.NewCatalog(schemas.Options{Packs: packs})
	if err == nil {
		t.Fatal("broken packs were installed")
	}
	for _, want := range []string{"fruit/lychee.xsd", "longan@1.0: manifest.yaml:4: kind lychee-note: root", "{urn:example:weight:1}"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	if n := strings.Count(err.Error(), "compile schema"); n != 3 {
		t.Errorf("%d schemas are said not to compile: %v", n, err)
	}
}

func TestPacksThatCollide(t *testing.T) {
	files := fruit()
	a, errA := schemas.OpenPack(folderOf(t, files))
	files["manifest.yaml"] = []byte(strings.NewReplacer("version: \"1.0\"", "version: \"1.1\"", "06-01", "06-30", "until: 2025-06-30", "").Replace(fruitManifest))
	b, errB := schemas.OpenPack(folderOf(t, files))
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	_, err := schemas.NewCatalog(schemas.Options{Packs: []schemas.Pack{a, b}})
	if err == nil || !strings.Contains(err.Error(), "lychee-note of fruit@1.0") {
		t.Errorf("%v", err)
	}
}

// TestHostileArchives opens archives that try to leave the pack or to fill
// the memory.
func TestHostileArchives(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"slip", map[string][]byte{"../x.xsd": []byte(weight)}, "leaves the pack"},
		{"absolute", map[string][]byte{"/etc/x.xsd": []byte(weight)}, "leaves the pack"},
		{"backslash", map[string][]byte{`a\..\x.xsd`: []byte(weight)}, "leaves the pack"},
		{"drive", map[string][]byte{`C:x.xsd`: []byte(weight)}, "leaves the pack"},
		{"ratio", map[string][]byte{"x.xsd": make([]byte, 8<<20)}, "times its size"},
		{"many", manyFiles(), "more than"},
		{"no archive", nil, "manifest.yaml is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := schemas.OpenPack(zipOf(t, test.files))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, expected %q", err, test.want)
			}
		})
	}
}

func manyFiles() map[string][]byte {
	files := make(map[string][]byte)
	for name := range strings.SplitSeq(strings.TrimSpace(numbered("%d.xsd ", 2_001)), " ") {
		files[name] = nil
	}
	return files
}

// TestArchiveThatLies says that a file is smaller than it is.
func TestArchiveThatLies(t *testing.T) {
	data, err := os.ReadFile(zipOf(t, map[string][]byte{"x.xsd": bytes.Repeat([]byte("榴莲"), 1_000)}))
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	size := []byte{0x70, 0x17, 0, 0} // 6,000 in both headers
	if r.File[0].UncompressedSize64 != 6_000 {
		t.Fatalf("size %d", r.File[0].UncompressedSize64)
	}
	name := filepath.Join(t.TempDir(), "liar.zip")
	if err := os.WriteFile(name, bytes.ReplaceAll(data, size, []byte{1, 0, 0, 0}), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := schemas.OpenPack(name); err == nil {
		t.Error("the archive was opened")
	}
}

// TestLinkOutOfAPack puts a link to a file outside into a folder.
func TestLinkOutOfAPack(t *testing.T) {
	files := fruit()
	maps.DeleteFunc(files, func(name string, _ []byte) bool { return name == "units/weight.xsd" })
	outside, folder := folderOf(t, map[string][]byte{"weight.xsd": []byte(weight)}), folderOf(t, files)
	if err := os.Symlink(filepath.Join(outside, "weight.xsd"), filepath.Join(folder, "weight.xsd")); err != nil {
		schemastest.Missing(t, "no links here: "+err.Error())
	}
	if _, err := schemas.OpenPack(folder); err == nil {
		t.Error("a file outside the pack was read")
	}
}

// TestEntriesAreCompiledByThemselves judges two kinds of one namespace whose files
// define the same name differently.
func TestEntriesAreCompiledByThemselves(t *testing.T) {
	message := func(element, kind string) []byte {
		return []byte(`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:example:ceb" targetNamespace="urn:example:ceb">` +
			`<xs:element name="` + element + `" type="Body"/><xs:complexType name="Body"><xs:attribute name="no" type="` + kind + `"/></xs:complexType></xs:schema>`)
	}
	p, err := schemas.OpenPack(folderOf(t, map[string][]byte{
		"manifest.yaml": []byte("name: ceb\nversion: \"1\"\nkinds:\n" +
			"- {kind: a, root: A, namespace: 'urn:example:ceb', schema: a.xsd, facts: {number: '@no'}}\n" +
			"- {kind: b, root: B, namespace: 'urn:example:ceb', schema: b.xsd, facts: {number: '@no'}}\n"),
		"a.xsd": message("A", "xs:integer"), "b.xsd": message("B", "xs:date"),
	}))
	if err != nil {
		t.Fatal(err)
	}
	c := newCatalog(t, p)
	for doc, want := range map[string]string{
		`<A xmlns="urn:example:ceb" no="1"/>`: "valid", `<B xmlns="urn:example:ceb" no="1"/>`: "schema.attribute",
		`<B xmlns="urn:example:ceb" no="2026-01-01"/>`: "valid", `<A xmlns="urn:example:ceb" no="2026-01-01"/>`: "schema.attribute",
	} {
		r, err := c.Validate(t.Context(), []byte(doc))
		if err != nil || first(r) != want {
			t.Errorf("%s: %+v, %v, expected %s", doc, r, err, want)
		}
	}
}
