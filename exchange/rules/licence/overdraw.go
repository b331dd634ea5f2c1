package licence

import (
	"math/big"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// overdraw is LIC-08. Only the last draw can use the overage, since nothing
// remains after it.
func overdraw() rules.Rule {
	return rules.Rule{
		Code: "LIC-08", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: draws up to the remaining quantity; an overage only on the last draw, of what remains",
		EN:     "draws {0} where {1} remained; with the overage at most {2}",
		ZH:     "核销数量为{0}，而剩余数量为{1}；含溢装最多可核销{2}",
		Check: func(d *rules.Document, report rules.Report) {
			factor := overage(d.Root)
			for line := range d.Root.All("GoodsItem") {
				_, _ = drawDown(line, func(draw strict.Node, before, drawn *big.Rat) {
					most := new(big.Rat).Mul(before, factor)
					if drawn.Cmp(most) > 0 {
						report(draw.Find("Quantity"), rules.Decimal(drawn), rules.Decimal(before), rules.Decimal(most))
					}
				})
			}
		},
	}
}
