package sps

import "beibu/exchange/rules"

// issueDate is SPS-13I.
func issueDate() rules.Rule {
	return rules.Rule{
		Code: "SPS-13I", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: date of issue",
		EN:     "{0} is not a date of issue; write it as 2026-11-20 or 2026-11-20T09:30:00+07:00",
		ZH:     "签发日期{0}无法识别；请写作2026-11-20或2026-11-20T09:30:00+07:00",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find(head + "/IssueDateTime")
			if _, ok := day(d, at); !ok {
				report(at, rules.DateText(at.Find("*")))
			}
		},
	}
}
