package licence

import "beibu/exchange/rules"

// automaticPeriod is LIC-04.
func automaticPeriod() rules.Rule {
	return rules.Rule{
		Code: "LIC-04", Kinds: imports(), Severity: rules.Reject,
		Source: "Chinese automatic import licence: valid for 6 months",
		EN:     "expires on {0}; an automatic import licence effective from {1} ends by {2}",
		ZH:     "有效期至{0}；自{1}起生效的自动进口许可证有效期为6个月，最迟至{2}",
		Check: func(d *rules.Document, report rules.Report) {
			first, last, ok := period(d.Root)
			if !ok || !isOneOf(automaticCodes, d.Root.Find("CategoryCode").Text()) {
				return
			}
			if end := rules.AddMonths(first, 6); last.After(end) {
				report(d.Root.Find("ExpirationDate"), written(last), written(first), written(end))
			}
		},
	}
}
