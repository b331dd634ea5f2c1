package ata

import "beibu/exchange/rules"

// totalsStated is ATA-13C.
func totalsStated() rules.Rule {
	return rules.Rule{
		Code: "ATA-13C", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list: columns 3 and 5 are totalled",
		EN:     "no {0}; the pieces and the values of the general list are totalled",
		ZH:     "缺少{0}；总清单的件数和价值须合计",
		Check: func(d *rules.Document, report rules.Report) {
			shipment := shipmentOf(d.Root)
			if !shipment.Find("TotalGoodsItemQuantity").Exists() {
				report(shipment, "TotalGoodsItemQuantity")
			}
			if !shipment.Find("Consignment/TotalInvoiceAmount").Exists() {
				report(shipment, "TotalInvoiceAmount")
			}
		},
	}
}
