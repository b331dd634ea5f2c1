package licence

import (
	"math/big"

	"beibu/exchange/rules"
)

// oilOverageLimit is LIC-08C, for crude (heading 2709) and refined oil (2710).
func oilOverageLimit() rules.Rule {
	return rules.Rule{
		Code: "LIC-08C", Kinds: both(), Severity: rules.Warn,
		Source: "common practice: overage of crude and refined oil up to 3 percent",
		EN:     "permits an overage of {0} percent; for crude and refined oil at most 3 are usual",
		ZH:     "允许溢装{0}%；原油、成品油溢装数量一般不超过3%",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("PermittedOveragePercent")
			n, ok := rules.Number(at)
			if !ok || n.Cmp(big.NewRat(3, 1)) <= 0 || n.Cmp(big.NewRat(5, 1)) > 0 {
				return // above 5 it is LIC-08B
			}
			for line := range d.Root.All("GoodsItem") {
				if heading := prefix(commodity(line), 4); heading == "2709" || heading == "2710" {
					report(at, rules.Decimal(n))
					return
				}
			}
		},
	}
}
