package ata

import (
	"math/big"

	"beibu/exchange/rules"
)

// totalPieces is ATA-13.
func totalPieces() rules.Rule {
	return rules.Rule{
		Code: "ATA-13", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list: column 3 is totalled",
		EN:     "total of {0} pieces; the general list adds up to {1}",
		ZH:     "总件数为{0}；总清单各项合计为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("Shipment/TotalGoodsItemQuantity")
			total, ok := rules.Number(at)
			if !ok {
				return
			}
			sum := new(big.Rat)
			for n := range d.Root.All(generalList + "/Quantity") {
				if q, ok := rules.Number(n); ok {
					sum.Add(sum, q)
				}
			}
			if total.Cmp(sum) != 0 {
				report(at, rules.Decimal(total), rules.Decimal(sum))
			}
		},
	}
}
