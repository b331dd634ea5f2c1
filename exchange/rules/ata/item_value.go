package ata

import "beibu/exchange/rules"

// itemValue is ATA-15B. A gift or a sample has a commercial value too.
func itemValue() rules.Rule {
	return rules.Rule{
		Code: "ATA-15B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, note on column 5: commercial value in the issuing country",
		EN:     "item {0} has no value above zero; column 5 gives the commercial value of every item",
		ZH:     "第{0}项货物未注明大于零的价值；第5栏须逐项注明商业价值",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range d.Root.All(generalList) {
				if v, ok := rules.Number(value(item)); !ok || v.Sign() <= 0 {
					report(item, number(item))
				}
			}
		},
	}
}
