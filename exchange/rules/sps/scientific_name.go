package sps

import "beibu/exchange/rules"

// scientificName is SPS-12.
func scientificName() rules.Rule {
	return rules.Rule{
		Code: "SPS-12", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: botanical name of plants, at least of the genus",
		EN:     "line {0} has no scientific name",
		ZH:     "第{0}项没有学名",
		Check: func(d *rules.Document, report rules.Report) {
			if !forPlants(d.Root) {
				return
			}
			for line := range goodsLines(d.Root) {
				if !named(line, "ScientificName") {
					report(line, lineName(line))
				}
			}
		},
	}
}
