package licence

import "beibu/exchange/rules"

// issueOrder is LIC-07C: licences are not backdated.
func issueOrder() rules.Rule {
	return rules.Rule{
		Code: "LIC-07C", Kinds: both(), Severity: rules.Warn,
		Source: "common practice: a licence takes effect on or after the day of its issue",
		EN:     "takes effect on {0}, before it was issued on {1}",
		ZH:     "生效日期{0}早于签发日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("EffectiveDate")
			first, hasFirst := rules.Date(at)
			issued, hasIssued := rules.Date(d.Root.Find("IssueDate"))
			if hasFirst && hasIssued && first.Before(issued) {
				report(at, written(first), written(issued))
			}
		},
	}
}
