package paths_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"

	"beibu/schemas/paths"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"ID":                                     "",
		"@guid":                                  "",
		"Order/OrderHead/orderNo":                "",
		"Declaration/*/ID":                       "",
		"Order/@no":                              "",
		"单证/编号":                                  "",
		"A[@schemeID=UN/LOCODE|X]/B[last C/D]/E": "",
		"A[locode][B,@c!=1]":                     "",
		"A[has B/@c][D==x|y]":                    "",
		".":                                      "",
		"A[has ]":                                "expected locode",
		"A[B@c=1]":                               "no path of children",
		"A[==]":                                  "no path of children",
		"":                                       "1 to 1000 bytes",
		strings.Repeat("a", 1_001):               "1 to 1000 bytes",
		"/ID":                                    "no local name",
		"ID/":                                    "no local name",
		"a:ID":                                   "no local name",
		"a b":                                    "no local name",
		"1a":                                     "no local name",
		"@guid/ID":                               "an attribute is a name behind @",
		"A/@":                                    "an attribute is a name behind @",
		"A[":                                     "not closed",
		"A[b=c":                                  "not closed",
		"A[b=c]d":                                "not closed",
		"A[b]":                                   "expected locode, has, first, last",
		"A[b=]":                                  "a value is empty",
		"A[=c]":                                  "no path of children",
		"A[first b][last c]":                     "to order by",
		"A[last ]":                               "to order by",
	} {
		p, err := paths.Parse(text)
		if want == "" && (err != nil || p.String() != text) {
			t.Errorf("%q: %v, %v", text, p, err)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, expected %q", text, err, want)
		}
	}
}

func TestPasses(t *testing.T) {
	for _, test := range []struct {
		test   string
		values []string
		want   bool
	}{
		{"A[b=x|y]", []string{"", " Y\n"}, true},
		{"A[b=x|y]", []string{"z"}, false},
		{"A[b=x|y]", nil, false},
		{"A[b?=x]", []string{""}, true},
		{"A[b?=x]", []string{"z"}, false},
		{"A[b?=harmonized system]", []string{"Harmonized  System"}, true},
		{"A[b!=true|1]", []string{"1"}, false},
		{"A[b!=true|1]", []string{"false"}, true},
		{"A[b!=true|1]", nil, true},
		{"A[b==v|y]", []string{"v"}, true},
		{"A[b==v|y]", []string{"V"}, false},
		{"A[has b]", []string{"", "x"}, true},
		{"A[has b]", []string{""}, false},
		{"A[locode]", []string{"UN/LOCODE", ""}, true},
		{"A[locode]", []string{"OrgCode", ""}, false},
	} {
		p, err := paths.Parse(test.test)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Steps[0].Tests[0].Passes(test.values); got != test.want {
			t.Errorf("%s of %q: %v", test.test, test.values, got)
		}
	}
}

func TestBuiltIn(t *testing.T) {
	all, err := paths.BuiltIn()
	if err != nil || len(all) != 16 {
		t.Errorf("%d kinds, %v", len(all), err)
	}
	for kind, where := range all {
		if where.Facts[paths.Number] == nil {
			t.Errorf("%s has no number", kind)
		}
	}
}

// Routes go by the HS codes of a document and rules by those of its lines: a code of
// one is a code of the other.
func TestCodesOfLinesAreCodesOfTheDocument(t *testing.T) {
	all, err := paths.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for kind, where := range all {
		document := where.Tried(paths.HS)
		for _, line := range where.Lists[paths.Lines] {
			for _, code := range line.Parts[paths.HS] {
				if full := line.At.String() + "/" + code.String(); !strings.Contains(document, full) {
					t.Errorf("%s: the lines read %s; the document reads %s", kind, full, document)
				}
			}
		}
	}
}

// What is wrong with a table is found all at once, with its line.
func TestDecodeMistakes(t *testing.T) {
	mistakes := decode(t, `
number: ID
numbre: ID
version: [a:b, "@x/y", VersionID]
issued:
  - IssueDate
  - {a: b}
issuer:
hs: []
importPort: 5
`)
	var got []string
	for _, m := range mistakes {
		got = append(got, strings.Repeat("|", m.Line)+m.Err.Error())
	}
	want := []string{"|||numbre: unknown; the facts are number, version", "||||version: \"a:b\"", "||||version: \"@x/y\"", "|||||||issued: expected", "||||||||issuer: expected", "|||||||||hs: expected", "||||||||||importPort: expected"}
	if len(got) != len(want) {
		t.Errorf("got %q", got)
	}
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, w) }) {
			t.Errorf("%q is not in %q", w, got)
		}
	}
	if m := decode(t, "- number"); len(m) != 1 || m[0].Line != 1 {
		t.Errorf("a list: %v", m)
	}
}

func decode(t *testing.T, text string) []paths.Mistake {
	t.Helper()
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	_, mistakes := paths.Decode(file.Docs[0].Body)
	return mistakes
}

// What is wrong with a list is found with its line, its list and its key.
func TestDecodeMistakesOfLists(t *testing.T) {
	mistakes := decode(t, `number: ID
lines: {number: ID, colour: C}
references:
  - {at: A, number: ID, kind: Import Licence, quantity: "a:b"}
  - {at: [A, B], number: ID}
  - Document
parties: {at: Party}
vehicles: []
containers:
`)
	var got []string
	for _, m := range mistakes {
		got = append(got, strings.Repeat("|", m.Line)+m.Err.Error())
	}
	want := []string{
		"||lines: colour: unknown; the keys are at, number, through, hs, quantity, unit, netMass, grossMass, value, currency",
		"||lines: at: is missing",
		"||||references: kind: expected a word of lower-case letters",
		`||||references: quantity: "a:b"`,
		"|||||references: at: expected one path of elements",
		"||||||references: expected a mapping",
		"|||||||parties: role: is missing",
		"||||||||vehicles: the list is empty",
		"|||||||||containers: expected a mapping",
	}
	if len(got) != len(want) {
		t.Errorf("got %q", got)
	}
	for i, w := range want {
		if i < len(got) && !strings.HasPrefix(got[i], w) {
			t.Errorf("got %q, expected %q", got[i], w)
		}
	}
}
