package ata

import "beibu/exchange/rules"

// validityStated is ATA-01B: box G(c) of the cover and the date of issue. Whether
// a date that is there can be is for GEN-25.
func validityStated() rules.Rule {
	return rules.Rule{
		Code: "ATA-01B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 5(1); model form, box G(c)",
		From:   istanbul(),
		EN:     "no {0}; a carnet says when it was issued and until when it is valid",
		ZH:     "缺少{0}；单证册须注明签发日期和有效期截止日期",
		Check: func(d *rules.Document, report rules.Report) {
			if !d.Root.Find("IssueDate").Exists() {
				report(d.Root, "IssueDate")
			}
			if !d.Root.Find("ValidityPeriod/EndDate").Exists() {
				report(d.Root, "ValidityPeriod/EndDate")
			}
		},
	}
}
