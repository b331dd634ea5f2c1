package general

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// unreadableDate is GEN-25B.
func unreadableDate() rules.Rule {
	return rules.Rule{
		Code: "GEN-25B", Severity: rules.Reject,
		Source: "ISO 8601; UNCL 2379: formats 102, 203, 204, 205, 208, 303 and 304",
		EN:     "{0} cannot be read as a date; write it as 2026-11-20, as 2026-11-20T09:30:00+07:00, or in the format that the element names",
		ZH:     "{0}无法识别为日期；请写作2026-11-20、2026-11-20T09:30:00+07:00，或按元素所注明的格式（format）填写",
		Check: func(d *rules.Document, report rules.Report) {
			eachDate(d, func(at strict.Node) {
				if _, reading := rules.ReadDate(at); reading == rules.Unreadable {
					report(at, rules.DateText(at))
				}
			})
		},
	}
}
