package licence

import (
	"math/big"

	"beibu/exchange/rules"
)

// overageLimit is LIC-08B.
func overageLimit() rules.Rule {
	return rules.Rule{
		Code: "LIC-08B", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: overage of bulk goods up to 5 percent",
		EN:     "permits an overage of {0} percent; at most 5 are allowed",
		ZH:     "允许溢装{0}%；大宗、散装货物溢装数量不得超过5%",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("PermittedOveragePercent")
			if n, ok := rules.Number(at); ok && n.Cmp(big.NewRat(5, 1)) > 0 {
				report(at, rules.Decimal(n))
			}
		},
	}
}
