package health

import "beibu/exchange/rules"

// netOverGross is HLT-14. Figures in different units are not compared.
func netOverGross() rules.Rule {
	return rules.Rule{
		Code: "HLT-14", Kinds: certificates(), Severity: rules.Reject,
		Source: "Arithmetic: what is net is not more than gross",
		EN:     "goods item {0} weighs {1} net, more than {2} gross",
		ZH:     "第{0}项货物净重{1}大于毛重{2}",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range d.Root.All(goods) {
				at, whole := item.Find("NetWeightMeasure"), item.Find("GrossWeightMeasure")
				net, ok := rules.Number(at)
				gross, also := rules.Number(whole)
				if ok && also && at.Attr("unitCode") == whole.Attr("unitCode") && net.Cmp(gross) > 0 {
					report(at, item.Find("ID").Text(), rules.Decimal(net), rules.Decimal(gross))
				}
			}
		},
	}
}
