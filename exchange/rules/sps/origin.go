package sps

import "beibu/exchange/rules"

// origin is SPS-14.
func origin() rules.Rule {
	return rules.Rule{
		Code: "SPS-14", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: place of origin; Appendix 1: ISO 3166-1 alpha-2",
		EN:     "line {0} has no country of origin",
		ZH:     "第{0}项没有原产国",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range goodsLines(d.Root) {
				if !named(line, "OriginSPSCountry/ID") {
					report(line, lineName(line))
				}
			}
		},
	}
}
