package licence

import (
	"math/big"

	"beibu/exchange/rules"
)

// totalValue is LIC-21. It speaks where every line has a value in the currency
// of the total.
func totalValue() rules.Rule {
	return rules.Rule{
		Code: "LIC-21", Kinds: both(), Severity: rules.Reject,
		Source: "arithmetic: the total value is the sum of the lines, within rounding",
		EN:     "the total is {0}; the lines sum up to {1}",
		ZH:     "合计总值为{0}；各项总值之和为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("TotalValueAmount")
			total, ok := rules.ReadAmount(at)
			if !ok {
				return
			}
			sum, lines := new(big.Rat), 0
			for line := range d.Root.All("GoodsItem") {
				value, ok := rules.ReadAmount(line.Find("ValueAmount"))
				if !ok || value.Currency != total.Currency {
					return
				}
				sum.Add(sum, value.Value)
				lines++
			}
			if !rules.IsSum(total, sum, lines) {
				report(at, rules.Decimal(total.Value), rules.Decimal(sum))
			}
		},
	}
}
