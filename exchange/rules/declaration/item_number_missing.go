package declaration

import "beibu/exchange/rules"

// itemNumberMissing is DEC-01B.
func itemNumberMissing() rules.Rule {
	return rules.Rule{
		Code: "DEC-01B", Kinds: all(), Severity: rules.Reject,
		Source: "WCO Data Model, SequenceNumeric is mandatory",
		EN:     "the item ({0}) has no number",
		ZH:     "商品项（{0}）没有项号",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range items(d) {
				if numberOf(item).Text() == "" {
					report(item, name(item))
				}
			}
		},
	}
}
