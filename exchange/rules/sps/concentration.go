package sps

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// concentration is SPS-15B. In ePhyto a characteristic opens with its code: TTCH
// the chemical, TTCO its concentration, TTTM the temperature.
func concentration() rules.Rule {
	return rules.Rule{
		Code: "SPS-15B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: concentration of the chemical; ePhyto codes TTCH, TTCO",
		EN:     "the treatment of line {0} names a chemical (TTCH) without its concentration (TTCO)",
		ZH:     "第{0}项的处理注明了药剂（TTCH）但没有浓度（TTCO）",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range goodsLines(d.Root) {
				for at := range line.All("AppliedSPSProcess") {
					if described(at, "TTCH") && !described(at, "TTCO") {
						report(at, lineName(line))
					}
				}
			}
		},
	}
}

func described(process strict.Node, code string) bool {
	for d := range process.All("ApplicableSPSProcessCharacteristic/Description") {
		if d.Text() == code {
			return true
		}
	}
	return false
}
