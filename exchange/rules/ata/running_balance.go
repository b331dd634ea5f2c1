package ata

import (
	"cmp"
	"math/big"

	"beibu/exchange/rules"
)

// runningBalance is ATA-23: under one importation and for one item, no more leaves
// than came in. It is told at the counterfoil that takes too much.
func runningBalance() rules.Rule {
	return rules.Rule{
		Code: "ATA-23", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "Follows from HMRC, ATACPD06200: a balance is never negative",
		EN:     "{0} of item {1} re-exported under {2}; {3} imported",
		ZH:     "{2}项下第{1}项共复运出境{0}件；进境{3}件",
		Check: func(d *rules.Document, report rules.Report) {
			in := pieces(d.Root, importation, underImportation)
			left := make(map[string]*big.Rat)
			for c := range recorded(d.Root, reexportation) {
				key := underImportation(c)
				entered, there := in[key]
				q, ok := rules.Number(c.Find("GoodsItem/Quantity"))
				if !there || !ok {
					continue
				}
				left[key] = new(big.Rat).Add(q, cmp.Or(left[key], new(big.Rat)))
				if entered.below(left[key]) {
					report(c.Find("GoodsItem"), rules.Decimal(left[key]), c.item(), c.imported(), rules.Decimal(entered.sum))
				}
			}
		},
	}
}
