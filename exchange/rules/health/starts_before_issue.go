package health

import "beibu/exchange/rules"

// startsBeforeIssue is HLT-03B.
func startsBeforeIssue() rules.Rule {
	return rules.Rule{
		Code: "HLT-03B", Kinds: permits(), Severity: rules.Warn,
		Source: measures + ": valid from the day of issue",
		From:   decree182(),
		EN:     "valid from {0}, before it was issued on {1}",
		ZH:     "有效期自{0}开始，早于签发日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			first, _, hasFirst, _ := period(d.Root)
			if hasFirst && !d.Issued.IsZero() && first.Before(d.Issued) {
				report(d.Root.Find("ValidityPeriod/StartDate"), written(first), written(d.Issued))
			}
		},
	}
}
