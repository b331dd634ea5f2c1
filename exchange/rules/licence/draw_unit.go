package licence

import "beibu/exchange/rules"

// drawUnit is LIC-16: draws count in the unit of their line, for each unit has
// its own balance. Until the conversion is recorded, the line's balance is not
// known.
func drawUnit() rules.Rule {
	return rules.Rule{
		Code: "LIC-16", Kinds: both(), Severity: rules.Warn,
		Source: "UK DEFRA licence gateway, decision record 0006: each unit has its own balance",
		EN:     "counts in {0}, the licence line in {1}; the balance cannot be followed",
		ZH:     "计量单位为{0}，与许可证该项的计量单位{1}不一致，无法核算余额",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range d.Root.All("GoodsItem") {
				unit := line.Find("Quantity").Attr("unitCode")
				if unit == "" {
					continue // LIC-11
				}
				for _, path := range []string{"WriteOff/Quantity", "WriteOff/RemainingQuantity"} {
					for at := range line.All(path) {
						if other := at.Attr("unitCode"); other != "" && other != unit {
							report(at, other, unit)
						}
					}
				}
			}
		},
	}
}
