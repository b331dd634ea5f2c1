package licence

import (
	"strings"

	"beibu/exchange/rules"
)

// lineNumber is LIC-12: balances are kept by licence line, so that a line must
// be told from every other by its number.
func lineNumber() rules.Rule {
	return rules.Rule{
		Code: "LIC-12", Kinds: both(), Severity: rules.Reject,
		Source: "WCO Data Model, SequenceNumeric; UK DEFRA licence gateway, decision record 0006: a ledger by licence line",
		EN:     "line number {0} is taken by an earlier line",
		ZH:     "项号{0}与前面的商品项重复",
		Check: func(d *rules.Document, report rules.Report) {
			seen := make(map[string]bool)
			for at := range d.Root.All("GoodsItem/SequenceNumeric") {
				number := strings.TrimLeft(at.Text(), "+0")
				if seen[number] {
					report(at, number)
				}
				seen[number] = true
			}
		},
	}
}
