package licence

import "beibu/exchange/rules"

// drawInPeriod is LIC-07: customs release nothing on a licence that is not
// valid on the day.
func drawInPeriod() rules.Rule {
	return rules.Rule{
		Code: "LIC-07", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: goods are not released on an expired licence",
		EN:     "drawn on {0}; the licence is valid from {1} to {2}",
		ZH:     "核销日期为{0}；许可证有效期为{1}至{2}",
		Check: func(d *rules.Document, report rules.Report) {
			first, last, ok := period(d.Root)
			if !ok {
				return
			}
			for at := range d.Root.All("GoodsItem/WriteOff/Date") {
				day, ok := rules.Date(at)
				if ok && (day.Before(first) || day.After(last)) {
					report(at, written(day), written(first), written(last))
				}
			}
		},
	}
}
