package ata

import "beibu/exchange/rules"

// totalWeight is ATA-17.
func totalWeight() rules.Rule {
	return rules.Rule{
		Code: "ATA-17", Kinds: carnets(), Severity: rules.Warn,
		Source: "HMRC, ATA carnet handbook: a total weight at least is given",
		EN:     "no weight; a carnet gives the weight of every item, or at least the total",
		ZH:     "未注明重量；单证册须注明各项重量，至少注明总重量",
		Check: func(d *rules.Document, report rules.Report) {
			shipment := shipmentOf(d.Root)
			for _, path := range [...]string{
				"GrossWeightMeasure", "NetWeightMeasure", "Consignment/GrossWeightMeasure", "Consignment/NetWeightMeasure",
			} {
				if shipment.Find(path).Exists() {
					return
				}
			}
			for item := range shipment.All("GoodsItem") {
				if !item.Find("GrossWeightMeasure").Exists() && !item.Find("NetWeightMeasure").Exists() {
					report(shipment)
					return
				}
			}
		},
	}
}
