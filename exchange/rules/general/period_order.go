package general

import (
	"strings"
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// periodOrder is GEN-09. The period of a carnet is judged by ATA-02.
func periodOrder() rules.Rule {
	return rules.Rule{
		Code: "GEN-09", Severity: rules.Reject,
		Source: "Arithmetic: a period does not end before it starts",
		EN:     "the period ends on {0}, before it starts on {1}",
		ZH:     "期间于{0}结束，早于起始日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			eachOwn(d, rules.Lasting, func(n strict.Node) {
				if !strings.HasSuffix(n.Local(), "Period") || d.Kind == "ata-carnet" && n.Parent() == d.Root {
					return
				}
				start, hasStart := edge(n, "Start")
				end, hasEnd := edge(n, "End")
				if hasStart && hasEnd && end.Before(start) {
					report(n, written(end), written(start))
				}
			})
		},
	}
}

// edge returns the first or the last day of a UBL or SPS period.
func edge(period strict.Node, which string) (time.Time, bool) {
	if day, ok := rules.Date(period.Find(which + "Date")); ok {
		return day, true
	}
	return rules.Date(period.Find(which + "DateTime/*"))
}
