package licence

import "beibu/exchange/rules"

// replacedLater is LIC-10C.
func replacedLater() rules.Rule {
	return rules.Rule{
		Code: "LIC-10C", Kinds: both(), Severity: rules.Reject,
		Source: "WCO Data Model, PreviousDocument: a document that came before",
		EN:     "the earlier licence was issued on {0}, after this one on {1}",
		ZH:     "原许可证签发日期{0}晚于本证签发日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			issued, ok := rules.Date(d.Root.Find("IssueDate"))
			if !ok {
				return
			}
			for at := range d.Root.All("PreviousDocument/IssueDate") {
				if before, ok := rules.Date(at); ok && before.After(issued) {
					report(at, written(before), written(issued))
				}
			}
		},
	}
}
