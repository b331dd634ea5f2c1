package declaration

import "beibu/exchange/rules"

// commodityMissing is DEC-02B.
func commodityMissing() rules.Rule {
	return rules.Rule{
		Code: "DEC-02B", Kinds: importsAndExports(), Severity: rules.Reject,
		Source: "Chinese declaration rules: every item has a commodity code (CodeTS)",
		EN:     "the item ({0}) has no commodity code",
		ZH:     "商品项（{0}）没有商品编号",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range items(d) {
				if !commodity(item).Exists() {
					report(item, name(item))
				}
			}
		},
	}
}
