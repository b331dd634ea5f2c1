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
		`<GoodsItemContainer/><Name languageID="en"/><Code listID="x"/><e/>` +
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
		rules.Lasting | rules.Priced: "ValidityPeriod Sum",
		rules.Coded | rules.Listed:   "ID TypeCode Code Length y z",
	}
	for traits, want := range cases {
		var got []string
		set, err := rules.NewSet([]rules.Rule{{
			Code: "T-1", Source: "x", EN: "x", ZH: "x",
			Check: func(d *rules.Document, _ rules.Report) {
				d.Each(traits, func(n strict.Node) { got = append(got, n.Local()) })
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
