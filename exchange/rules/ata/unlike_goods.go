package ata

import "beibu/exchange/rules"

// unlikeGoods is ATA-12. Like goods may share a line, others may not. The parts of a
// set are another matter: see ATA-10B.
func unlikeGoods() rules.Rule {
	return rules.Rule{
		Code: "ATA-12", Kinds: carnets(), Severity: rules.Warn,
		Source: "Model form, notes on the general list; HMRC, ATA carnet handbook",
		EN:     "item {0} puts {1} and {2} on one line; only identical goods are grouped",
		ZH:     "第{0}项将{1}与{2}合并为一项；仅相同货物可以合并",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range d.Root.All(generalList) {
				first := item.Find("Item/Name").Text()
				for name := range item.All("Item/Name") {
					if name.Text() != first {
						report(name, number(item), first, name.Text())
						break
					}
				}
			}
		},
	}
}
