package licence

import (
	"math/big"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// drawRemainder is LIC-03D: each draw leaves what stood before it, less what
// it drew. It goes by what the endorsement before states, so that one wrong
// figure is one breach.
func drawRemainder() rules.Rule {
	return rules.Rule{
		Code: "LIC-03D", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: each draw is endorsed with date, quantity and remainder; arithmetic",
		EN:     "{0} are said to remain; {1} less {2} leaves {3}",
		ZH:     "所列剩余数量为{0}；{1}减去{2}应为{3}",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range d.Root.All("GoodsItem") {
				var stated *big.Rat
				_, _ = drawDown(line, func(draw strict.Node, before, drawn *big.Rat) {
					if stated != nil {
						before = stated
					}
					left := less(before, drawn)
					at := draw.Find("RemainingQuantity")
					stated = left
					if n, ok := rules.Number(at); ok && sameUnit(at, line.Find("Quantity")) {
						stated = n
					}
					if stated.Cmp(left) != 0 {
						report(at, rules.Decimal(stated), rules.Decimal(before), rules.Decimal(drawn), rules.Decimal(left))
					}
				})
			}
		},
	}
}

// sameUnit tells whether two quantities can be compared.
func sameUnit(a, b strict.Node) bool { return a.Attr("unitCode") == b.Attr("unitCode") }
