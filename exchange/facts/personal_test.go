package facts_test

import (
	"slices"
	"testing"

	"github.com/goccy/go-yaml/parser"

	"beibu/exchange/facts"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// The ends of paths find what is personal at any depth; a kind without them hides all.
func TestPersonal(t *testing.T) {
	const document = `<R a="1"><Contact x="1"><Name/></Contact><Holder><Contact/><Name/><Company><Name/></Company></Holder><Name code="P"/><Name code="C" mail="m"/></R>`
	tree, err := strict.Parse([]byte(document), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		"number: ID":                           {"all"},
		"personal: []":                         nil,
		"personal: Contact":                    {"/R/Contact", "/R/Holder/Contact"},
		"personal: [Holder/Name, '@mail']":     {"/R/Holder/Name", "/R/Name[2] mail"},
		"personal: 'Holder/*/Name'":            {"/R/Holder/Company/Name"},
		"personal: 'Name[@code=P]'":            {"/R/Name[1]"},
		"personal: 'Contact/@x'":               {"/R/Contact x"},
		"personal: [R/Holder/Contact, S/Name]": {"/R/Holder/Contact"},
		"personal: 'Company/*'":                {"/R/Holder/Company/Name"},
	} {
		file, err := parser.ParseBytes([]byte(text), 0)
		if err != nil {
			t.Fatal(err)
		}
		table, mistakes := paths.Decode(file.Docs[0].Body)
		if len(mistakes) > 0 {
			t.Fatal(mistakes)
		}
		p := facts.PersonalIn(table)
		var got []string
		for i := range tree.Len() {
			n := tree.Element(int32(i) + 1)
			if p.Has(n) {
				got = append(got, n.Path())
			}
			for _, a := range n.Attributes() {
				if p.HasAttribute(n, tree.Local(a)) {
					got = append(got, n.Path()+" "+tree.Local(a))
				}
			}
		}
		if !p.Knows() {
			if len(got) != tree.Len()+5 {
				t.Errorf("%q hides %q alone", text, got)
			}
			got = []string{"all"}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
