package origin

import "beibu/exchange/rules"

// twelveMonths is CO-08B.
func twelveMonths() rules.Rule {
	return rules.Rule{
		Code: "CO-08B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures: retroactive issue within 12 months of shipment",
		EN:     "issued on {0}; goods shipped on {1} could have a certificate until {2}",
		ZH:     "证书于{0}签发；{1}装运的货物最迟可于{2}补发证书",
		Check: func(d *rules.Document, report rules.Report) {
			left, ok := departure(d.Root)
			if !ok || d.Issued.IsZero() || !formE(d.Root) || !ticked(d.Root, retroactively) {
				return
			}
			if last := rules.AddMonths(left, 12); d.Issued.After(last) {
				report(d.Root.Find("IssueDate"), written(d.Issued), written(left), written(last))
			}
		},
	}
}
