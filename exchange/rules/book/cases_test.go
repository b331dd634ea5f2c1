package book_test

import (
	"slices"
	"strings"
	"testing"

	"beibu/exchange/rules/book"
	"beibu/exchange/rules/rulestest"
)

// A trial is a good sample with edits, pairs of what is replaced and by what,
// and the codes of all rules that it breaks then.
type trial struct {
	kind, sample string
	edits        []string
	want         string
}

// try judges trials by all rules.
func try(t *testing.T, trials map[string]trial) {
	t.Helper()
	for name, c := range trials {
		t.Run(name, func(t *testing.T) {
			got := rulestest.Codes(t, book.Rules(), rulestest.Sample(t, c.kind, c.sample), c.edits...)
			if want := strings.Fields(c.want); !slices.Equal(got, want) {
				t.Errorf("breaks %v, want %v", got, want)
			}
		})
	}
}

// A code of another list looks like an HS code and is none.
func TestCodesOfOtherListsAreNoHSCodes(t *testing.T) {
	const harvest = `listID="HS">843359<`
	try(t, map[string]trial{
		"UNSPSC alone is no commodity code": {
			"import-declaration", "natural-rubber-qinzhou", []string{`listID="HS"`, `listID="UNSPSC"`}, "DEC-02B",
		},
		"UNSPSC before the HS code": {
			"import-declaration", "natural-rubber-qinzhou",
			[]string{
				`<cbc:ItemClassificationCode listID="HS">`,
				`<cbc:ItemClassificationCode listID="UNSPSC">03101500</cbc:ItemClassificationCode></cac:CommodityClassification>` +
					`<cac:CommodityClassification><cbc:ItemClassificationCode listID="hs ">`,
			}, "",
		},
		"a carnet's UNSPSC of chapter 03 is not fish": {
			"ata-carnet", "expo-machinery-qinzhou-haiphong", []string{harvest, `listID="UNSPSC">03101500<`}, "",
		},
		"a carnet's unnamed code of chapter 03 is": {
			"ata-carnet", "expo-machinery-qinzhou-haiphong", []string{harvest, `>030199<`}, "ATA-27",
		},
		"a plant certificate with CPV 03": {
			"sps-certificate", "dragon-fruit-dongxing",
			[]string{
				"<ram:ApplicableSPSClassification>",
				"<ram:ApplicableSPSClassification><ram:SystemName>CPV</ram:SystemName><ram:ClassCode>03222000</ram:ClassCode>" +
					"<ram:ClassName>Fruit and nuts</ram:ClassName></ram:ApplicableSPSClassification><ram:ApplicableSPSClassification>",
			}, "",
		},
		"Form E by the CPV": {
			"certificate-of-origin", "durian-youyiguan", []string{`schemeID="HS">081060`, `schemeID="CPV">03222000`}, "CO-07B",
		},
		"chapter 98 of the Chinese tariff": {
			"import-declaration", "natural-rubber-qinzhou", []string{`listID="HS">4001`, `listID="HS">9804`}, "",
		},
		"chapter 99": {
			"import-declaration", "natural-rubber-qinzhou", []string{`listID="HS">4001`, `listID="HS">9904`}, "GEN-13",
		},
		"HS by another spelling": {
			"import-declaration", "natural-rubber-qinzhou", []string{`listID="HS">4001`, `listID="hs 2022">9904`}, "GEN-13",
		},
	})
}
