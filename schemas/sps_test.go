package schemas_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"beibu/schemas/internal/grammar"
	"beibu/schemas/internal/xsdtree"
	"beibu/schemas/schemastest"
	"beibu/testdata"
)

// UN/CEFACT's modules for certificates and acknowledgements (17A) are on no registry. Those of the
// invoice of the same library, D16B, are: its data types are the same, and of
// its code types some are.
const (
	spsFolder  = "files/sps/17"
	unece      = "urn:un:unece:uncefact:data:"
	spsTypes   = unece + "standard:UnqualifiedDataType:21"
	spsCodes   = unece + "Standard:QualifiedDataType:21"
	unecePlain = unece + "standard:UnqualifiedDataType:100"
	uneceCodes = unece + "standard:QualifiedDataType:100"
	uneceLists = "urn:un:unece:uncefact:codelist:standard:UNECE:"
)

// officialTrees reads UN/CEFACT's own files.
func officialTrees(tb testing.TB) []*xsdtree.Node {
	tb.Helper()
	var trees []*xsdtree.Node
	for _, file := range schemastest.Files(tb, schemastest.Jars(tb, schemastest.CII)) {
		trees = append(trees, tree(tb, file))
	}
	return trees
}

// TestSPSDataTypesAgainstOfficial holds every unqualified data type of the
// profile against UN/CEFACT's: they must say the same.
func TestSPSDataTypesAgainstOfficial(t *testing.T) {
	ours, theirs := typesOf(profileTrees(t, spsFolder), spsTypes), typesOf(officialTrees(t), unecePlain)
	if len(ours) == 0 {
		t.Fatal("the profile has no data types")
	}
	for name, said := range ours {
		if diff := cmp.Diff(theirs[name], said); diff != "" {
			t.Errorf("%s (-official +profile):\n%s", name, diff)
		}
	}
}

// typesOf returns what the files say of the types in a namespace, by name, in
// one way of writing.
func typesOf(files []*xsdtree.Node, space string) map[string]string {
	all := make(map[string]string)
	for _, file := range files {
		if file.Attrs["targetNamespace"] != space {
			continue
		}
		for _, n := range file.Children {
			if n.Kind == "complexType" {
				all[n.Attrs["name"]] = written(n, "")
			}
		}
	}
	return all
}

// written writes a node with neither prefixes nor what goes without saying.
func written(n *xsdtree.Node, indent string) string {
	var b strings.Builder
	b.WriteString(indent + n.Kind)
	for _, name := range slices.Sorted(maps.Keys(n.Attrs)) {
		value := n.Attrs[name]
		switch name {
		case "use":
			if value == "optional" {
				continue
			}
		case "base", "type":
			_, value = n.Resolve(value)
		}
		fmt.Fprintf(&b, " %s=%s", name, value)
	}
	b.WriteString("\n")
	for _, child := range n.Children {
		b.WriteString(written(child, indent+"  "))
	}
	return b.String()
}

// codeTypes are those of the profile that the invoice has too.
var codeTypes = []string{"DocumentCodeType", "PackageTypeCodeType", "PartyRoleCodeType", "ReferenceCodeType", "TransportModeCodeType"}

// TestSPSCodeTypesAgainstOfficial holds the attributes of code types against
// UN/CEFACT's. The profile leaves the values open that UN/CEFACT fixes.
func TestSPSCodeTypesAgainstOfficial(t *testing.T) {
	ours, theirs := grammar.Read(profileTrees(t, spsFolder)), grammar.Read(officialTrees(t))
	for _, name := range codeTypes {
		profile, official := ours.Type(grammar.Name{Space: spsCodes, Local: name}), theirs.Type(grammar.Name{Space: uneceCodes, Local: name})
		if diff := cmp.Diff(attributesOf(official), attributesOf(profile)); diff != "" {
			t.Errorf("%s (-official +profile):\n%s", name, diff)
		}
	}
}

// attributesOf returns the built-in type under each attribute.
func attributesOf(t *grammar.Type) map[string]string {
	all := make(map[string]string)
	for _, a := range t.Attributes {
		all[a.Name.Local] = a.Type.Text.Base
	}
	return all
}

// codeLists are the lists that came with the invoice of the code types that the
// samples use.
var codeLists = map[string]grammar.Name{
	"DocumentCodeType":      {Space: uneceLists + "DocumentNameCode:D16A", Local: "DocumentNameCodeContentType"},
	"PackageTypeCodeType":   {Space: uneceLists + "PackageTypeCode:2006", Local: "PackageTypeCodeContentType"},
	"ReferenceCodeType":     {Space: uneceLists + "ReferenceTypeCode:D16A", Local: "ReferenceTypeCodeContentType"},
	"TransportModeCodeType": {Space: uneceLists + "TransportModeCode:2", Local: "TransportModeCodeContentType"},
}

// isSPS reports whether a sample is of the SPS profile.
func isSPS(s testdata.Sample) bool { return strings.HasPrefix(s.Kind, "sps-") }

// TestSPSCodesAreOfficial looks the codes of the good SPS documents up in
// UN/CEFACT's lists.
func TestSPSCodesAreOfficial(t *testing.T) {
	ours, theirs := grammar.Read(profileTrees(t, spsFolder)), grammar.Read(officialTrees(t))
	lists, looked := make(map[string][]string), make(map[string]bool)
	for name, list := range codeLists {
		lists[name] = theirs.Type(list).Text.Values
	}
	for _, s := range samples(t) {
		if !s.Good || !isSPS(s) {
			continue
		}
		doc := etree.NewDocument()
		if err := doc.ReadFromBytes(s.Bytes); err != nil {
			t.Fatal(err)
		}
		for _, e := range doc.FindElements("//*") {
			name := typeIn(ours, e).Name.Local
			list, known := lists[name]
			if known && !slices.Contains(list, e.Text()) {
				t.Errorf("%s: %s of %s is not among the %d codes of %s", s.Name, e.Text(), e.GetPath(), len(list), name)
			}
			looked[name] = looked[name] || known
		}
	}
	for name := range lists {
		if !looked[name] {
			t.Errorf("no good SPS document has a code of %s", name)
		}
	}
}

// UN/CEFACT's data types have attributes that no sample carries: the locale of
// a text, and the address of the list of status codes.
func TestSPSAttributesThatNoSampleCarries(t *testing.T) {
	c := newCatalog(t)
	for _, replaced := range []struct{ element, with string }{
		{"<ram:Name>", `<ram:Name languageID="vi" languageLocaleID="vi-VN">`},
		{"<ram:StatusCode>", `<ram:StatusCode listURI="urn:a" name="Issued">`},
	} {
		seen := false
		for _, s := range samples(t) {
			if !s.Good || !isSPS(s) || !bytes.Contains(s.Bytes, []byte(replaced.element)) {
				continue
			}
			seen = true
			doc := bytes.Replace(s.Bytes, []byte(replaced.element), []byte(replaced.with), 1)
			if r := validate(t, c, doc); !r.Valid() {
				t.Errorf("%s in %s: %+v", replaced.with, s.Name, r.Violations)
			}
		}
		if !seen {
			t.Errorf("no good SPS document has %s", replaced.element)
		}
	}
}
