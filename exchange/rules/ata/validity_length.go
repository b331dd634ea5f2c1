package ata

import "beibu/exchange/rules"

// validityLength is ATA-01. The last day is inclusive, so a year from 2 March ends on 1 March.
func validityLength() rules.Rule {
	return rules.Rule{
		Code: "ATA-01", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 5(1)",
		From:   istanbul(),
		EN:     "valid until {0}; a carnet issued on {1} is valid until {2} at the latest",
		ZH:     "有效期至{0}；{1}签发的单证册有效期不超过一年，最迟至{2}",
		Check: func(d *rules.Document, report rules.Report) {
			end, ok := lastDay(d.Root)
			if !ok || d.Issued.IsZero() {
				return
			}
			if limit := d.Issued.AddDate(1, 0, -1); end.After(limit) {
				report(d.Root.Find("ValidityPeriod/EndDate"), written(end), written(d.Issued), written(limit))
			}
		},
	}
}
