package sps

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// quantity is SPS-13G.
func quantity() rules.Rule {
	return rules.Rule{
		Code: "SPS-13G", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: quantity declared",
		EN:     "line {0} has no quantity; a net weight, a net volume or a number of packages above zero must be given",
		ZH:     "第{0}项没有数量；须填写大于零的净重、净体积或包装件数",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range goodsLines(d.Root) {
				if !counted(line) {
					report(line, lineName(line))
				}
			}
		},
	}
}

func counted(line strict.Node) bool {
	for _, path := range [...]string{"NetWeightMeasure", "NetVolumeMeasure", "PhysicalSPSPackage/ItemQuantity"} {
		for at := range line.All(path) {
			if n, ok := rules.Number(at); ok && n.Sign() > 0 {
				return true
			}
		}
	}
	return false
}
