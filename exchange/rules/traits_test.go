package rules_test

import (
	"strings"
	"testing"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

func TestEach(t *testing.T) {
	const document = `<IssueDate xmlns="urn:x"><ID/><TypeCode/><At/><DateTime/><DateTimeString/><LineAmount/>` +
		`<GrossMeasure/><RateNumeric/><DutyPercent/><Quantity/><ValidityPeriod/><TransportEquipment/>` +
		`<GoodsItemContainer/><AgentParty/><Name languageID="en"/><Code listID="x"/><e/>` +
		`<Sum currencyID="EUR"/><Length unitCode="MTR" schemeID="x"/><x xmlns:p="urn:p" p:schemeID="x"/><y schemeName=""/><z listName="z"/></IssueDate>`
	tree, err := strict.Parse([]byte(document), strict.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cases := map[rules.Trait]string{
		rules.Priced:                 "Sum",
		rules.Measured:               "Length",
		rules.Listed:                 "Code Length y z",
		rules.Coded:                  "ID TypeCode Code",
		rules.Dated:                  "IssueDate DateTime DateTimeString",
		rules.Figured:                "LineAmount GrossMeasure RateNumeric DutyPercent Quantity",
		rules.Lasting:                "ValidityPeriod",
		rules.Contained:              "TransportEquipment GoodsItemContainer",
		rules.Acting:                 "AgentParty",
		rules.Lasting | rules.Priced: "ValidityPeriod Sum",
		rules.Coded | rules.Listed:   "ID TypeCode Code Length y z",
	}
	for traits, want := range cases {
		var got []string
		set, err := rules.NewSet([]rules.Rule{{
			Code: "T-1", Source: "x", EN: "x", ZH: "x", Reads: []rules.Input{traits},
			Check: func(d *rules.Document, _ rules.Report) {
				d.Each(^rules.Trait(0), func(n rules.Element) { got = append(got, n.Local()) }) // of those declared
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second document gets the space of the first
			got = nil
			set.Check(&rules.Document{Kind: "a", Root: tree.Root()})
			if names := strings.Join(got, " "); names != want {
				t.Errorf("traits %b: %s, want %s", traits, names, want)
			}
		}
		set.Check(&rules.Document{Kind: "a"}) // no element, no trait
	}
}

func TestElement(t *testing.T) {
	var got []string
	r := rule("A-1", func(d *rules.Document, _ rules.Report) {
		d.Each(rules.Coded, func(n rules.Element) {
			got = append(got, n.Outer().Local(), n.Outer().Outer().Outer().Local(), n.First("x/y").Text(), n.First("x/*").Local(), n.First("z").Local())
			if n.Says("z", "w") || !n.Says("w", "x/y") {
				got = append(got, "wrong")
			}
		})
	})
	r.Reads = []rules.Input{rules.Coded}
	set, err := rules.NewSet([]rules.Rule{r})
	if err != nil {
		t.Fatal(err)
	}
	set.Check(document(t, "<a><b><Code><w> </w><x><v/><y/><y>1</y></x></Code></b></a>"))
	if found := strings.Join(got, "|"); found != "b|||v|" {
		t.Errorf("found %s", found)
	}
}
