package ata

import "beibu/exchange/rules"

// itemNumber is ATA-10.
func itemNumber() rules.Rule {
	return rules.Rule{
		Code: "ATA-10", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list; chamber instructions",
		EN:     "an item without a number; every article on the general list has its own",
		ZH:     "总清单中有货物未编号；每项货物须有各自的编号",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range d.Root.All(generalList) {
				if number(item) == "" {
					report(item)
				}
			}
		},
	}
}
