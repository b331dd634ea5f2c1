package ata

import (
	"cmp"

	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// reexportationShown is ATA-34. A stamped re-exportation counterfoil is the proof;
// anything else customs weigh, so a person looks at it.
func reexportationShown() rules.Rule {
	return rules.Rule{
		Code: "ATA-34", Kinds: proofs(), Severity: rules.Hold,
		Source: "Istanbul Convention, Annex A, Article 10",
		From:   law.IstanbulConvention(),
		EN:     "no counterfoil of this proof shows a re-exportation; other evidence is for customs to weigh",
		ZH:     "本证明未附复运出境存根；其他证明材料由海关审核",
		Check: func(d *rules.Document, report rules.Report) {
			for range recorded(d.Root, reexportation) {
				return
			}
			report(cmp.Or(d.Root.Find("GoodsItemPassportCounterfoil"), d.Root))
		},
	}
}
