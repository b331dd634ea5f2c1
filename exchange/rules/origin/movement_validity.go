package origin

import "beibu/exchange/rules"

// movementValidity is CO-11.
func movementValidity() rules.Rule {
	return rules.Rule{
		Code: "CO-11", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Revised Operational Certification Procedures: within the validity of the original",
		EN:     "issued on {0}; the original of {1} was good until {2}",
		ZH:     "流动证明于{0}签发；{1}签发的原证书有效期至{2}",
		Check: func(d *rules.Document, report rules.Report) {
			if !formE(d.Root) || !ticked(d.Root, moved) || d.Issued.IsZero() {
				return
			}
			first, ok := rules.Date(original(d.Root).Find("IssueDate"))
			if !ok {
				return
			}
			if last := rules.AddMonths(first, 12); d.Issued.After(last) {
				report(d.Root.Find("IssueDate"), written(d.Issued), written(first), written(last))
			}
		},
	}
}
