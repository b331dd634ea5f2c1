package general

import (
	"strconv"

	"beibu/exchange/rules"
)

// longest is the number of years after which no document of this trade is still
// in use: most likely the year was mistyped.
const longest = 10

// oldIssue is GEN-05B.
func oldIssue() rules.Rule {
	return rules.Rule{
		Code: "GEN-05B", Severity: rules.Warn,
		Source: "Common practice: dates are plausible",
		EN:     "issued on {0}, more than {1} years before it came in",
		ZH:     "签发日期为{0}，距收到已超过{1}年",
		Check: func(d *rules.Document, report rules.Report) {
			today, _ := rules.DaysIn(rules.Country(d.Root), d.Received)
			if !d.Issued.IsZero() && d.Issued.Before(today.AddDate(-longest, 0, 0)) {
				report(issued(d.Root), written(d.Issued), strconv.Itoa(longest))
			}
		},
	}
}
