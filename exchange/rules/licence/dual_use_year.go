package licence

import "beibu/exchange/rules"

// dualUseYear is LIC-05C: licences for dual-use items, precursor chemicals
// among them.
func dualUseYear() rules.Rule {
	return rules.Rule{
		Code: "LIC-05C", Kinds: both(), Severity: rules.Warn,
		Source: "MOFCOM and GACC Order 2005/29 (dual-use licences): one year, to 31 March of the next at most; common practice",
		From:   order29(),
		EN:     "expires on {0}; a dual-use licence effective from {1} ends by {2}",
		ZH:     "有效期至{0}；自{1}起生效的两用物项和技术许可证最迟至{2}",
		Check: func(d *rules.Document, report rules.Report) {
			first, last, ok := period(d.Root)
			if !ok || !isOneOf(dualUseCodes, d.Root.Find("CategoryCode").Text()) {
				return
			}
			end := carryOverEnd(first)
			if year := rules.AddMonths(first, 12); year.Before(end) {
				end = year
			}
			if last.After(end) {
				report(d.Root.Find("ExpirationDate"), written(last), written(first), written(end))
			}
		},
	}
}
