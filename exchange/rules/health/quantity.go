package health

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

const goods = "Shipment/GoodsItem"

// quantity is HLT-13.
func quantity() rules.Rule {
	return rules.Rule{
		Code: "HLT-13", Kinds: certificates(), Severity: rules.Reject,
		Source: "Codex CXG 38-2001: quantity of the product",
		EN:     "goods item {0} has no quantity; a weight, a volume or a number above zero must be given",
		ZH:     "第{0}项货物没有数量；须填写大于零的重量、体积或数量",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range d.Root.All(goods) {
				if !counted(item) {
					report(item, item.Find("ID").Text())
				}
			}
		},
	}
}

func counted(item strict.Node) bool {
	for _, path := range [...]string{"NetWeightMeasure", "GrossWeightMeasure", "NetVolumeMeasure", "GrossVolumeMeasure", "Quantity"} {
		if n, ok := rules.Number(item.Find(path)); ok && n.Sign() > 0 {
			return true
		}
	}
	return false
}
