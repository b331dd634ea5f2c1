package sps

import (
	"strings"

	"beibu/exchange/rules"
)

// Chapters of the Harmonized System that are animals and their products only,
// and plants and their products only.
const (
	animalChapters = " 01 02 03 04 05 16 "
	plantChapters  = " 06 07 08 09 10 11 12 13 14 24 44 "
)

// typeOfGoods is SPS-07B.
func typeOfGoods() rules.Rule {
	return rules.Rule{
		Code: "SPS-07B", Kinds: certificates(), Severity: rules.Warn,
		Source: "UNCL 1001 and Harmonized System chapters: plants have phytosanitary, animals veterinary certificates",
		EN:     "goods of HS {0} do not go with a certificate of type {1}",
		ZH:     "HS编码{0}的货物与证书类型{1}不符",
		Check: func(d *rules.Document, report rules.Report) {
			wrong, certificate := "", certificateCode(d.Root)
			switch certificate {
			case phytosanitary, reexport:
				wrong = animalChapters
			case veterinary:
				wrong = plantChapters
			default:
				return
			}
			for line := range goodsLines(d.Root) {
				for hs := range hsCodes(line) {
					code := hs.Text()
					if len(code) >= 2 && strings.Contains(wrong, " "+code[:2]+" ") {
						report(hs, code, certificate)
					}
				}
			}
		},
	}
}
