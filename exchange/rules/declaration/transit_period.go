package declaration

import (
	"time"

	"beibu/exchange/rules"
)

// transitPeriod is DEC-08. Beyond the extension it is DEC-08B.
func transitPeriod() rules.Rule {
	return rules.Rule{
		Code: "DEC-08", Kinds: transits(), Severity: rules.Warn,
		Source: "GACC Decree 260: transit goods leave within 6 months, extension by 3",
		From:   decree260(),
		EN:     "transit until {0}; goods declared on {1} leave by {2} unless customs extend it",
		ZH:     "过境期限至{0}；{1}申报的过境货物应于{2}前出境，延期须经海关批准",
		Check: func(d *rules.Document, report rules.Report) {
			declared, end, ok := transitDays(d)
			if limit := rules.AddMonths(declared, 6); ok && end.After(limit) && !end.After(rules.AddMonths(declared, 9)) {
				report(d.Root.Find("ValidityPeriod/EndDate"), written(end), written(declared), written(limit))
			}
		},
	}
}

// transitDays returns the day of the declaration and the last day of transit
// through China.
func transitDays(d *rules.Document) (declared, end time.Time, ok bool) {
	declared, hasDeclared := rules.Date(d.Root.Find("IssueDate"))
	end, hasEnd := rules.Date(d.Root.Find("ValidityPeriod/EndDate"))
	return declared, end, hasDeclared && hasEnd && madeInChina(d)
}
