package rules_test

import (
	"testing"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// element returns the only element of a text, below a root.
func element(t *testing.T, xml string) strict.Node {
	t.Helper()
	tree, err := strict.Parse([]byte("<root>"+xml+"</root>"), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return tree.Root().Find("*")
}

func TestParty(t *testing.T) {
	for _, test := range []struct{ party, name, country string }{
		{"<Party/>", "", ""},
		{"<Party><PartyName><Name>A</Name></PartyName><PartyName><Name>B</Name></PartyName></Party>", "A", ""},
		{"<Party><PartyLegalEntity><RegistrationName>R</RegistrationName></PartyLegalEntity></Party>", "R", ""},
		{
			"<Party><PartyName><Name> </Name></PartyName><PartyLegalEntity><RegistrationName>R</RegistrationName></PartyLegalEntity></Party>",
			"R", "",
		},
		{
			"<Party><PostalAddress><Country><IdentificationCode>VN</IdentificationCode></Country></PostalAddress></Party>",
			"", "VN",
		},
	} {
		party := element(t, test.party)
		if got := rules.PartyName(party); got != test.name {
			t.Errorf("%s: name %q, want %q", test.party, got, test.name)
		}
		if got := rules.PostalCountry(party).Text(); got != test.country {
			t.Errorf("%s: country %q, want %q", test.party, got, test.country)
		}
	}
}

func TestHasText(t *testing.T) {
	for xml, want := range map[string]bool{
		"<Line/>":                              false,
		"<Line><A/><B/></Line>":                false,
		"<Line><A> </A></Line>":                false,
		"<Line><A/><A>x</A></Line>":            true,
		"<Line><B><C>x</C></B></Line>":         true,
		"<Line><C>x</C><B>text</B></Line>":     false,
		"<Line><A/><B><C/><C>x</C></B></Line>": true,
	} {
		if got := rules.HasText(element(t, xml), "A", "B/C"); got != want {
			t.Errorf("%s: %t", xml, got)
		}
	}
}
