package licence

import "beibu/exchange/rules"

// exportYear is LIC-06B: an export licence does not outlive its year.
func exportYear() rules.Rule {
	return rules.Rule{
		Code: "LIC-06B", Kinds: exports(), Severity: rules.Reject,
		Source: "Chinese export licence measures: not past 31 December",
		EN:     "expires on {0}; an export licence ends by {1}, with its calendar year",
		ZH:     "有效期至{0}；出口许可证当年有效，最迟至{1}",
		Check: func(d *rules.Document, report rules.Report) {
			first, last, ok := period(d.Root)
			if !ok || !isOneOf(ordinaryExport, d.Root.Find("CategoryCode").Text()) {
				return
			}
			if end := yearEnd(first); last.After(end) {
				report(d.Root.Find("ExpirationDate"), written(last), written(end))
			}
		},
	}
}
