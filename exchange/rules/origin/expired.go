package origin

import "beibu/exchange/rules"

// expired is CO-15, judged by the day on which the document came in, in the
// country that issued it.
func expired() rules.Rule {
	return rules.Rule{
		Code: "CO-15", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Revised Operational Certification Procedures: valid for 12 months",
		EN:     "the certificate of {0} was good until {1}",
		ZH:     "{0}签发的证书有效期至{1}",
		Check: func(d *rules.Document, report rules.Report) {
			if d.Issued.IsZero() || !formE(d.Root) {
				return
			}
			last := rules.AddMonths(d.Issued, 12)
			_, country := issuing(d.Root)
			if today, _ := rules.DaysIn(country, d.Received); today.After(last) {
				report(d.Root.Find("IssueDate"), written(d.Issued), written(last))
			}
		},
	}
}
