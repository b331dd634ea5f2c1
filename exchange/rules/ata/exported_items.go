package ata

import (
	"cmp"

	"beibu/exchange/rules"
)

// exportedItems is ATA-18.
func exportedItems() rules.Rule {
	return rules.Rule{
		Code: "ATA-18", Kinds: carnets(), Severity: rules.Reject,
		Source: "HMRC, ATACPD04360: an exportation voucher may list fewer items, never more",
		EN:     "{0} of item {1} exported; the general list has {2}",
		ZH:     "第{1}项出境{0}件；总清单为{2}件",
		Check: func(d *rules.Document, report rules.Report) {
			general := listed(d.Root)
			for c := range recorded(d.Root, exportation) {
				n := c.item()
				if n == "" {
					continue
				}
				q, stated := rules.Number(c.Find("GoodsItem/Quantity"))
				most, there := general[n]
				switch {
				case !there:
					report(c.Find("GoodsItem"), cmp.Or(c.Find("GoodsItem/Quantity").Text(), "1"), n, "0")
				case stated && most != nil && q.Cmp(most) > 0:
					report(c.Find("GoodsItem"), rules.Decimal(q), n, rules.Decimal(most))
				}
			}
		},
	}
}
