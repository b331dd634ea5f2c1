package origin

import "beibu/exchange/rules"

// movementOrder is CO-10C.
func movementOrder() rules.Rule {
	return rules.Rule{
		Code: "CO-10C", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 1: on the basis of the original",
		EN:     "the original is of {0}, after the movement certificate of {1}",
		ZH:     "原证书日期{0}晚于流动证明签发日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			if !formE(d.Root) || !ticked(d.Root, moved) || d.Issued.IsZero() {
				return
			}
			at := original(d.Root).Find("IssueDate")
			if first, ok := rules.Date(at); ok && first.After(d.Issued) {
				report(at, written(first), written(d.Issued))
			}
		},
	}
}
