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
		Source: "arithmetic: the customs values of the items sum up to the total, within rounding (UBL DeclaredCustomsValueAmount)",
		EN:     "the customs value is {0}; the items sum up to {1}",
		ZH:     "完税价格合计为{0}；各商品项之和为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			for shipment := range body(d).All("Shipment") {
				at := shipment.Find("DeclaredCustomsValueAmount")
				total, ok := rules.ReadAmount(at)
				sum, summed := new(big.Rat), 0
				for item := range shipment.All("GoodsItem") {
					value, has := rules.ReadAmount(item.Find("DeclaredCustomsValueAmount"))
					if ok = ok && has && value.Currency == total.Currency; !ok {
						break
					}
					sum.Add(sum, value.Value)
					summed++
				}
				if ok && summed > 0 && !rules.IsSum(total, sum, summed) {
					report(at, rules.Decimal(total.Value), rules.Decimal(sum))
				}
			}
		},
	}
}
