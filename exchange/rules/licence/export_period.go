package licence

import "beibu/exchange/rules"

// exportPeriod is LIC-06.
func exportPeriod() rules.Rule {
	return rules.Rule{
		Code: "LIC-06", Kinds: exports(), Severity: rules.Reject,
		Source: "Chinese export licence measures: valid for 6 months at most",
		EN:     "expires on {0}; an export licence effective from {1} ends by {2}",
		ZH:     "有效期至{0}；自{1}起生效的出口许可证有效期最长6个月，最迟至{2}",
		Check: func(d *rules.Document, report rules.Report) {
			first, last, ok := period(d.Root)
			if !ok || !isOneOf(ordinaryExport, d.Root.Find("CategoryCode").Text()) {
				return
			}
			if end := rules.AddMonths(first, 6); last.After(end) {
				report(d.Root.Find("ExpirationDate"), written(last), written(first), written(end))
			}
		},
	}
}
