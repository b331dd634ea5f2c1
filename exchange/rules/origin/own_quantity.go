package origin

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// ownQuantity is CO-07C.
func ownQuantity() rules.Rule {
	return rules.Rule{
		Code: "CO-07C", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, box 9: gross weight or other quantity of each article",
		EN:     "item {0} has no quantity; a weight, a volume or a number above zero with its unit must be given",
		ZH:     "第{0}项没有数量；须填写大于零并带计量单位的重量、体积或数量",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range formItems(d.Root) {
				if !counted(item) {
					report(item, itemName(item))
				}
			}
		},
	}
}

func counted(item strict.Node) bool {
	for _, path := range [...]string{"GrossWeightMeasure", "NetWeightMeasure", "GrossVolumeMeasure", "NetVolumeMeasure", "Quantity"} {
		at := item.Find(path)
		if n, ok := rules.Number(at); ok && n.Sign() > 0 && at.Attr("unitCode") != "" {
			return true
		}
	}
	return false
}
