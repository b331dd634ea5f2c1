package licence

import "beibu/exchange/rules"

// importYear is LIC-05: carried over or not, an import licence ends by 31
// March of the year after it took effect.
func importYear() rules.Rule {
	return rules.Rule{
		Code: "LIC-05", Kinds: imports(), Severity: rules.Reject,
		Source: "MOFCOM Order 2004/27 (import licences): carry-over to 31 March of the next year at most",
		From:   order27(),
		EN:     "expires on {0}; an import licence effective from {1} ends by {2} at the latest",
		ZH:     "有效期至{0}；自{1}起生效的进口许可证，跨年度使用最迟不得超过{2}",
		Check: func(d *rules.Document, report rules.Report) {
			first, last, ok := period(d.Root)
			if !ok || !isOneOf(ordinaryImport, d.Root.Find("CategoryCode").Text()) {
				return
			}
			if end := carryOverEnd(first); last.After(end) {
				report(d.Root.Find("ExpirationDate"), written(last), written(first), written(end))
			}
		},
	}
}
