package general

import (
	"time"

	"beibu/exchange/rules"
)

// skew is how far ahead of ours the clock of who issued a document may be.
const skew = time.Hour

// futureIssue is GEN-05.
func futureIssue() rules.Rule {
	return rules.Rule{
		Code: "GEN-05", Severity: rules.Warn,
		Source: "Common practice: a document is not issued after it was sent",
		EN:     "issued on {0}, but it came in on {1}",
		ZH:     "签发日期为{0}，但收到日期为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			_, today := rules.DaysIn(rules.Country(d.Root), d.Received.Add(skew))
			if !d.Issued.IsZero() && d.Issued.After(today) {
				report(issued(d.Root), written(d.Issued), written(today))
			}
		},
	}
}
