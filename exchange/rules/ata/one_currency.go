package ata

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// oneCurrency is ATA-15.
func oneCurrency() rules.Rule {
	return rules.Rule{
		Code: "ATA-15", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, note on column 5: one currency, that of the issuing country unless agreed",
		EN:     "value in {0}, others in {1}; a general list is in one currency",
		ZH:     "价值以{0}计，其他以{1}计；总清单须使用同一币种",
		Check: func(d *rules.Document, report rules.Report) {
			first := ""
			check := func(amount strict.Node) {
				currency := amount.Attr("currencyID")
				if first == "" {
					first = currency
				}
				if currency != "" && currency != first {
					report(amount, currency, first)
				}
			}
			for total := range d.Root.All("Shipment/Consignment/TotalInvoiceAmount") {
				check(total)
			}
			for item := range d.Root.All(generalList) {
				check(value(item))
			}
		},
	}
}
