package licence

import (
	"math/big"

	"beibu/exchange/rules"
)

// lineValue is LIC-20.
func lineValue() rules.Rule {
	return rules.Rule{
		Code: "LIC-20", Kinds: both(), Severity: rules.Reject,
		Source: "arithmetic: a line's value is quantity times unit price, within rounding",
		EN:     "the value is {0}; {1} at {2} are {3}",
		ZH:     "总值为{0}；数量{1}乘以单价{2}应为{3}",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range d.Root.All("GoodsItem") {
				valueAt, priceAt := line.Find("ValueAmount"), line.Find("UnitPriceAmount")
				value, hasValue := rules.ReadAmount(valueAt)
				price, hasPrice := rules.ReadAmount(priceAt)
				quantity, hasQuantity := rules.Number(line.Find("Quantity"))
				if !hasValue || !hasPrice || !hasQuantity || value.Currency != price.Currency {
					continue
				}
				if !rules.IsProduct(value, quantity, price) {
					product := new(big.Rat).Mul(quantity, price.Value)
					report(valueAt, rules.Decimal(value.Value), rules.Decimal(quantity), rules.Decimal(price.Value), rules.Decimal(product))
				}
			}
		},
	}
}
