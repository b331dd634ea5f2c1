package paths_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"

	"beibu/schemas/paths"
)

// decodeTable reads a table.
func decodeTable(t *testing.T, text string) (paths.Table, string) {
	t.Helper()
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	table, mistakes := paths.Decode(file.Docs[0].Body)
	var all []string
	for _, m := range mistakes {
		all = append(all, m.Err.Error())
	}
	return table, strings.Join(all, "; ")
}

// A kind says what is personal, that nothing is, or nothing; then what is below counts.
func TestPersonal(t *testing.T) {
	below, _ := decodeTable(t, "personal: [A, B/C]")
	for text, want := range map[string]string{
		"number: ID":                      "A, B/C",
		"personal: [D, '@e', D/@e]":       "D, @e, D/@e",
		"{number: ID, personal: []}":      "",
		"personal: .":                     ".: expected the name of an element",
		"personal: 'A[first B]'":          "first and last have no meaning here",
		"personal: {at: A}":               "expected a path",
		"personal: [A]\nnumber: ID\n":     "A",
		"persona: [A]\nnumber: ID\n":      "transportDocuments, offices, answers, countries, movements, issuedBy, personal",
		"personal: [Holder/Name, 'a:b']":  "no local name",
		"personal: []\nnumber: /":         "no local name",
		"personal: [x]\nimportPort: [ID]": "x",
	} {
		table, mistakes := decodeTable(t, text)
		var got []string
		for _, path := range table.Over(below).Personal {
			got = append(got, path.String())
		}
		if mistakes == "" && strings.Join(got, ", ") != want || mistakes != "" && !strings.Contains(mistakes, want) {
			t.Errorf("%q: %q, %q; want %q", text, got, mistakes, want)
		}
	}
}

// ofPeople finds elements of the types of UBL that are about people.
var ofPeople = regexp.MustCompile(`<xs:element name="(\w+)" type="t:(?:Person|Contact|Communication)Type"`)

// Every built-in kind says what is personal, and those in UBL have all that is of a type for
// people.
func TestBuiltInKindsSayWhatIsPersonal(t *testing.T) {
	tables, err := paths.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := os.ReadFile("../files/ubl/2.4/cac.xsd")
	if err != nil {
		t.Fatal(err)
	}
	types := ofPeople.FindAllStringSubmatch(string(schema), -1)
	if len(types) < 20 {
		t.Fatalf("found %d elements only", len(types))
	}
	for kind, table := range tables {
		var listed []string
		for _, path := range table.Personal {
			listed = append(listed, path.String())
		}
		if len(listed) == 0 {
			t.Errorf("%s says nothing", kind)
		}
		if strings.HasPrefix(kind, "sps-") || strings.HasSuffix(kind, "licence") || kind == "ata-transaction" {
			continue
		}
		for _, one := range types {
			if !slices.Contains(listed, one[1]) {
				t.Errorf("%s: %s is not personal", kind, one[1])
			}
		}
	}
}
