package licence

import "beibu/exchange/rules"

// quantityUnit is LIC-11: never a quantity without a unit. A national system
// that assumed tonnes is why.
func quantityUnit() rules.Rule {
	return rules.Rule{
		Code: "LIC-11", Kinds: both(), Severity: rules.Reject,
		Source: "WCO Data Model, QuantityQuantity with unitCode; UK DEFRA licence gateway, decision record 0006",
		EN:     "{0} has no unit; a quantity needs a unitCode",
		ZH:     "数量{0}没有计量单位；数量必须注明unitCode",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range d.Root.All("GoodsItem") {
				for _, path := range []string{"Quantity", "WriteOff/Quantity", "WriteOff/RemainingQuantity"} {
					for quantity := range line.All(path) {
						if quantity.Attr("unitCode") == "" {
							report(quantity, quantity.Text())
						}
					}
				}
			}
		},
	}
}
