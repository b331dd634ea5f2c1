package health

import "beibu/exchange/rules"

// permitExpired is HLT-04, judged by the day on which the document came in, in
// China, whose permit it is.
func permitExpired() rules.Rule {
	return rules.Rule{
		Code: "HLT-04", Kinds: permits(), Severity: rules.Warn,
		Source: measures + ": an expired permit ends by itself",
		From:   decree182(),
		EN:     "the permit was valid until {0} and had expired when it came in",
		ZH:     "许可证有效期至{0}，收到时已过期",
		Check: func(d *rules.Document, report rules.Report) {
			_, last, _, hasLast := period(d.Root)
			if today, _ := rules.DaysIn("CN", d.Received); hasLast && today.After(last) {
				report(d.Root.Find("ValidityPeriod/EndDate"), written(last))
			}
		},
	}
}
