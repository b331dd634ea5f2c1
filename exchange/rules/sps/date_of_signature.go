package sps

import "beibu/exchange/rules"

// dateOfSignature is SPS-13E.
func dateOfSignature() rules.Rule {
	return rules.Rule{
		Code: "SPS-13E", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: date of signature",
		EN:     "{0} is not a date of signature; write it as 2026-11-20 or 2026-11-20T09:30:00+07:00",
		ZH:     "签字日期{0}无法识别；请写作2026-11-20或2026-11-20T09:30:00+07:00",
		Check: func(d *rules.Document, report rules.Report) {
			for at := range d.Root.All(head + "/SignatorySPSAuthentication/ActualDateTime") {
				if _, ok := day(d, at); !ok {
					report(at, rules.DateText(at.Find("*")))
				}
			}
		},
	}
}
