package ata

import "beibu/exchange/rules"

// perishableGoods is ATA-27. The chapters are those of food, drink and tobacco that
// spoil or are consumed.
func perishableGoods() rules.Rule {
	return rules.Rule{
		Code: "ATA-27", Kinds: carnets(), Severity: rules.Reject,
		Source: "International Chamber of Commerce: carnets do not cover perishable goods and consumables",
		EN:     "item {0} is of HS chapter {1}: perishable goods and goods to be consumed do not travel under a carnet",
		ZH:     "第{0}项货物属税则第{1}章：易腐和消耗性货物不得使用单证册",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range d.Root.All(generalList) {
				code := hsCode(item)
				switch n := chapter(code); {
				case n >= 2 && n <= 4, n >= 6 && n <= 11, n >= 15 && n <= 24:
					report(item, number(item), code[:2])
				}
			}
		},
	}
}
