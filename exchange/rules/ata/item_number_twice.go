package ata

import "beibu/exchange/rules"

// itemNumberTwice is ATA-11. Vouchers name items by number, so a number stands for
// one item only.
func itemNumberTwice() rules.Rule {
	return rules.Rule{
		Code: "ATA-11", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list; chamber instructions",
		EN:     "item number {0} is used twice",
		ZH:     "货物编号{0}重复",
		Check: func(d *rules.Document, report rules.Report) {
			seen := make(map[string]bool)
			for item := range d.Root.All(generalList) {
				n := number(item)
				if n != "" && seen[n] {
					report(item, n)
				}
				seen[n] = true
			}
		},
	}
}
