package sps

import "beibu/exchange/rules"

// unit is SPS-13J.
func unit() rules.Rule {
	return rules.Rule{
		Code: "SPS-13J", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, Appendix 1: quantities in units of UNECE Recommendation 20",
		EN:     "{0} of line {1} has no unit",
		ZH:     "第{1}项的{0}没有计量单位",
		Check: func(d *rules.Document, report rules.Report) {
			measures := [...]string{"NetWeightMeasure", "GrossWeightMeasure", "NetVolumeMeasure", "GrossVolumeMeasure"}
			for line := range d.Root.All(allLines) {
				for _, name := range measures {
					if at := line.Find(name); at.Exists() && at.Attr("unitCode") == "" {
						report(at, name, lineName(line))
					}
				}
			}
		},
	}
}
