package ata

import (
	"math/big"

	"beibu/exchange/rules"
)

// totalValue is ATA-13B. The total stands with the consignment: the declared
// statistics value of the shipment is another figure and is not compared.
func totalValue() rules.Rule {
	return rules.Rule{
		Code: "ATA-13B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list: column 5 is totalled",
		EN:     "total value {0}; the general list adds up to {1}",
		ZH:     "总价值为{0}；总清单各项合计为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			sum, lines := new(big.Rat), 0
			for item := range d.Root.All(generalList) {
				if v, ok := rules.Number(value(item)); ok {
					sum.Add(sum, v)
					lines++
				}
			}
			for at := range d.Root.All("Shipment/Consignment/TotalInvoiceAmount") {
				if total, ok := rules.ReadAmount(at); ok && !rules.IsSum(total, sum, lines) {
					report(at, rules.Decimal(total.Value), rules.Decimal(sum))
				}
			}
		},
	}
}
