package declaration

import "beibu/exchange/rules"

// exportBeforeReceipt is DEC-07B.
func exportBeforeReceipt() rules.Rule {
	return rules.Rule{
		Code: "DEC-07B", Kinds: exports(), Severity: rules.Warn,
		Source: "Customs Law of China: exports are declared after the goods reached the supervised area",
		From:   customsLaw(),
		EN:     "declared on {0}, before the goods reached the supervised area on {1}",
		ZH:     "{0}申报，早于货物运抵海关监管区的日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("IssueDate")
			declared, ok := rules.Date(at)
			reached, hasReached := lastDay(d, "Shipment/ShipmentStage/ReceiptTransportEvent/OccurrenceDate")
			if ok && hasReached && madeInChina(d) && declared.Before(reached) {
				report(at, written(declared), written(reached))
			}
		},
	}
}
