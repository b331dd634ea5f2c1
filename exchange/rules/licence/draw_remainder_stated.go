package licence

import "beibu/exchange/rules"

// drawRemainderStated is LIC-03E: a licence for several consignments says
// after each draw what remains.
func drawRemainderStated() rules.Rule {
	return rules.Rule{
		Code: "LIC-03E", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: each draw is endorsed with date, quantity and remainder",
		EN:     "the draw of {0} does not say what remains; a licence for several consignments must",
		ZH:     "{0}的核销记录未注明剩余数量；非一批一证的许可证每次核销均须注明",
		Check: func(d *rules.Document, report rules.Report) {
			if permittedUses(d.Root) == 1 {
				return
			}
			for draw := range d.Root.All("GoodsItem/WriteOff") {
				if !draw.Find("RemainingQuantity").Exists() {
					report(draw, draw.Find("Date").Text())
				}
			}
		},
	}
}
