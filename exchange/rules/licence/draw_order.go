package licence

import (
	"time"

	"beibu/exchange/rules"
)

// drawOrder is LIC-03C: draws are endorsed one after the other.
func drawOrder() rules.Rule {
	return rules.Rule{
		Code: "LIC-03C", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: each draw is endorsed with date, quantity and remainder",
		EN:     "drawn on {0}, after a draw of {1} was endorsed; draws stand in order of date",
		ZH:     "核销日期{0}早于前一次核销日期{1}；核销记录应按日期先后排列",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range d.Root.All("GoodsItem") {
				var before time.Time
				for at := range line.All("WriteOff/Date") {
					day, ok := rules.Date(at)
					if !ok {
						continue
					}
					if day.Before(before) {
						report(at, written(day), written(before))
					}
					before = day
				}
			}
		},
	}
}
