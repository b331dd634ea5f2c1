package sps

import "beibu/exchange/rules"

// netOverGross is SPS-24. Figures in different units are not compared.
func netOverGross() rules.Rule {
	return rules.Rule{
		Code: "SPS-24", Kinds: certificates(), Severity: rules.Reject,
		Source: "Arithmetic: what is net is not more than gross",
		EN:     "line {0} has {1} net, more than {2} gross",
		ZH:     "第{0}项净量{1}大于毛量{2}",
		Check: func(d *rules.Document, report rules.Report) {
			pairs := [...][2]string{{"NetWeightMeasure", "GrossWeightMeasure"}, {"NetVolumeMeasure", "GrossVolumeMeasure"}}
			for line := range d.Root.All(allLines) {
				for _, pair := range pairs {
					at, whole := line.Find(pair[0]), line.Find(pair[1])
					net, ok := rules.Number(at)
					gross, also := rules.Number(whole)
					if ok && also && at.Attr("unitCode") == whole.Attr("unitCode") && net.Cmp(gross) > 0 {
						report(at, lineName(line), rules.Decimal(net), rules.Decimal(gross))
					}
				}
			}
		},
	}
}
