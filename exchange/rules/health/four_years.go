package health

import "beibu/exchange/rules"

// fourYears is HLT-03.
func fourYears() rules.Rule {
	return rules.Rule{
		Code: "HLT-03", Kinds: permits(), Severity: rules.Warn,
		From:   decree182(),
		Source: measures + ": valid for four years",
		EN:     "valid until {0}; a permit from {1} is valid for four years, until {2}",
		ZH:     "有效期至{0}；自{1}起的许可证有效期为四年，至{2}",
		Check: func(d *rules.Document, report rules.Report) {
			first, last, hasFirst, hasLast := period(d.Root)
			if !hasFirst || !hasLast {
				return
			}
			// The last day may be the anniversary itself or the day before.
			if limit := rules.AddMonths(first, 48); last.After(limit) {
				report(d.Root.Find("ValidityPeriod/EndDate"), written(last), written(first), written(limit))
			}
		},
	}
}
