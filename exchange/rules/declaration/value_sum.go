package declaration

import (
	"math/big"

	"beibu/exchange/rules"
)

// valueSum is DEC-19. It speaks where every item has a customs value in the
// currency of the total.
func valueSum() rules.Rule {
	return rules.Rule{
		Code: "DEC-19", Kinds: all(), Severity: rules.Reject,
		Source: "arithmetic: the customs values of the items sum up to the total (UBL DeclaredCustomsValueAmount)",
		EN:     "the customs value is {0}; the items sum up to {1}",
		ZH:     "完税价格合计为{0}；各商品项之和为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			for shipment := range body(d).All("Shipment") {
				at := shipment.Find("DeclaredCustomsValueAmount")
				total, ok := rules.Number(at)
				sum, summed := new(big.Rat), 0
				for item := range shipment.All("GoodsItem") {
					valueAt := item.Find("DeclaredCustomsValueAmount")
					value, has := rules.Number(valueAt)
					if ok = ok && has && valueAt.Attr("currencyID") == at.Attr("currencyID"); !ok {
						break
					}
					sum.Add(sum, value)
					summed++
				}
				if ok && summed > 0 && sum.Cmp(total) != 0 {
					report(at, rules.Decimal(total), rules.Decimal(sum))
				}
			}
		},
	}
}
