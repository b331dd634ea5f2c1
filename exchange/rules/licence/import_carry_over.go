package licence

import "beibu/exchange/rules"

// importCarryOver is LIC-05B: an import licence that runs into the next year
// continues an earlier one and names it. It only warns, since the measures do
// not say how the special case is to be shown.
func importCarryOver() rules.Rule {
	return rules.Rule{
		Code: "LIC-05B", Kinds: imports(), Severity: rules.Warn,
		Source: "MOFCOM Order 2004/27 (import licences): valid within the calendar year",
		From:   order27(),
		EN:     "expires on {0}, after {1}; a licence carried over into the next year names the one it continues",
		ZH:     "有效期至{0}，超过当年{1}；跨年度使用的进口许可证应注明所延续的原许可证",
		Check: func(d *rules.Document, report rules.Report) {
			first, last, ok := period(d.Root)
			if !ok || !isOneOf(ordinaryImport, d.Root.Find("CategoryCode").Text()) {
				return
			}
			end := yearEnd(first)
			if last.After(end) && !last.After(carryOverEnd(first)) && !d.Root.Find("PreviousDocument").Exists() {
				report(d.Root.Find("ExpirationDate"), written(last), written(end))
			}
		},
	}
}
