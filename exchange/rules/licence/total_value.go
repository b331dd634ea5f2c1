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
		Source: "arithmetic: the total value is the sum of the lines",
		EN:     "the total is {0}; the lines sum up to {1}",
		ZH:     "合计总值为{0}；各项总值之和为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("TotalValueAmount")
			total, ok := rules.Number(at)
			if !ok {
				return
			}
			sum := new(big.Rat)
			for line := range d.Root.All("GoodsItem") {
				valueAt := line.Find("ValueAmount")
				value, ok := rules.Number(valueAt)
				if !ok || valueAt.Attr("currencyID") != at.Attr("currencyID") {
					return
				}
				sum.Add(sum, value)
			}
			if sum.Cmp(total) != 0 {
				report(at, rules.Decimal(total), rules.Decimal(sum))
			}
		},
	}
}
