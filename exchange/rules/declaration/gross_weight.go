package declaration

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// grossWeight is DEC-04: packing weighs something, never less than nothing.
func grossWeight() rules.Rule {
	return rules.Rule{
		Code: "DEC-04", Kinds: all(), Severity: rules.Reject,
		Source: "arithmetic: gross weight is net weight and packing",
		EN:     "the gross weight of {0} kg is less than the net weight of {1} kg",
		ZH:     "毛重{0}千克小于净重{1}千克",
		Check: func(d *rules.Document, report rules.Report) {
			for shipment := range body(d).All("Shipment") {
				checkGross(shipment, report)
				for item := range shipment.All("GoodsItem") {
					checkGross(item, report)
				}
			}
		},
	}
}

func checkGross(n strict.Node, report rules.Report) {
	at := n.Find("GrossWeightMeasure")
	gross, hasGross := kilograms(at)
	net, hasNet := kilograms(n.Find("NetWeightMeasure"))
	if hasGross && hasNet && gross.Cmp(net) < 0 {
		report(at, rules.Decimal(gross), rules.Decimal(net))
	}
}
