package ata

import (
	"cmp"
	"math/big"

	"beibu/exchange/rules"
)

// reimportedItems is ATA-22. Only practice speaks, so it warns.
func reimportedItems() rules.Rule {
	return rules.Rule{
		Code: "ATA-22", Kinds: carnets(), Severity: rules.Warn,
		Source: "Common practice, after HMRC, ATACPD04360: what comes back went out",
		EN:     "{0} of item {1} re-imported; {2} exported",
		ZH:     "第{1}项复运进境{0}件；出境{2}件",
		Check: func(d *rules.Document, report rules.Report) {
			out := pieces(d.Root, exportation, counterfoil.item)
			if len(out) == 0 {
				return
			}
			back := make(map[string]*big.Rat)
			for c := range recorded(d.Root, reimportation) {
				n := c.item()
				q, ok := rules.Number(c.Find("GoodsItem/Quantity"))
				if n == "" || !ok {
					continue
				}
				back[n] = new(big.Rat).Add(q, cmp.Or(back[n], new(big.Rat)))
				went, there := out[n]
				switch {
				case !there:
					report(c.Find("GoodsItem"), rules.Decimal(back[n]), n, "0")
				case went.below(back[n]):
					report(c.Find("GoodsItem"), rules.Decimal(back[n]), n, rules.Decimal(went.sum))
				}
			}
		},
	}
}
