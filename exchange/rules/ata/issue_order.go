package ata

import "beibu/exchange/rules"

// issueOrder is ATA-02. Only practice speaks, so it warns. That a period
// does not end before it starts is a rule of all documents.
func issueOrder() rules.Rule {
	return rules.Rule{
		Code: "ATA-02", Kinds: carnets(), Severity: rules.Warn,
		Source: "Common practice: a carnet is issued before it becomes valid",
		EN:     "valid from {0}, before it was issued on {1}",
		ZH:     "有效期起始日{0}早于签发日{1}",
		Check: func(d *rules.Document, report rules.Report) {
			start, ok := rules.Date(d.Root.Find("ValidityPeriod/StartDate"))
			if ok && start.Before(d.Issued) {
				report(d.Root.Find("ValidityPeriod/StartDate"), written(start), written(d.Issued))
			}
		},
	}
}
