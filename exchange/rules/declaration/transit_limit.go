package declaration

import "beibu/exchange/rules"

// transitLimit is DEC-08B.
func transitLimit() rules.Rule {
	return rules.Rule{
		Code: "DEC-08B", Kinds: transits(), Severity: rules.Reject,
		Source: "GACC Decree 260: transit goods leave within 6 months, extension by 3",
		From:   decree260(),
		EN:     "transit until {0}; goods declared on {1} leave by {2} even if customs extend it",
		ZH:     "过境期限至{0}；{1}申报的过境货物即使延期也应于{2}前出境",
		Check: func(d *rules.Document, report rules.Report) {
			declared, end, ok := transitDays(d)
			if limit := rules.AddMonths(declared, 9); ok && end.After(limit) {
				report(d.Root.Find("ValidityPeriod/EndDate"), written(end), written(declared), written(limit))
			}
		},
	}
}
