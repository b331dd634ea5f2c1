package licence

import "beibu/exchange/rules"

// periodOrder is LIC-07B.
func periodOrder() rules.Rule {
	return rules.Rule{
		Code: "LIC-07B", Kinds: both(), Severity: rules.Reject,
		Source: "WCO Data Model, AdditionalDocument: EffectiveDateTime and ExpirationDateTime bound one period",
		EN:     "expires on {0}, before it takes effect on {1}",
		ZH:     "有效期至{0}，早于生效日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("ExpirationDate")
			first, hasFirst := rules.Date(d.Root.Find("EffectiveDate"))
			last, hasLast := rules.Date(at)
			if hasFirst && hasLast && last.Before(first) {
				report(at, written(last), written(first))
			}
		},
	}
}
