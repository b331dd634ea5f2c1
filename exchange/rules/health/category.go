package health

import "beibu/exchange/rules"

// category is HLT-05.
func category() rules.Rule {
	return rules.Rule{
		Code: "HLT-05", Kinds: permits(), Severity: rules.Reject,
		Source: measures + ": food production, food sales, catering, drinking water, public places; hygiene services",
		From:   decree182(),
		EN: "{0} is not a category of permit; allowed are CATERING, FOOD-PRODUCTION, FOOD-SALES, DRINKING-WATER, " +
			"PUBLIC-PLACE and HYGIENE-SERVICE",
		ZH: "{0}不是许可类别；可用CATERING（餐饮服务）、FOOD-PRODUCTION（食品生产）、FOOD-SALES（食品销售）、" +
			"DRINKING-WATER（饮用水供应）、PUBLIC-PLACE（公共场所）、HYGIENE-SERVICE（卫生服务）",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("TypeCode")
			switch code := at.Text(); code {
			case "CATERING", "FOOD-PRODUCTION", "FOOD-SALES", "DRINKING-WATER", "PUBLIC-PLACE", "HYGIENE-SERVICE":
			default:
				if !at.Exists() {
					at = d.Root
				}
				report(at, code)
			}
		},
	}
}
