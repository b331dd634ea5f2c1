package ata

import "beibu/exchange/rules"

// importedItems is ATA-19. Only practice speaks, so it warns. Where the carnet shows no
// exportation yet, the general list is what can have been exported.
func importedItems() rules.Rule {
	return rules.Rule{
		Code: "ATA-19", Kinds: carnets(), Severity: rules.Warn,
		Source: "Common practice, after HMRC, ATACPD04360: what is imported was exported",
		EN:     "item {0} is imported, but not among the items exported",
		ZH:     "第{0}项货物已进境，但不在已出境的货物之列",
		Check: func(d *rules.Document, report rules.Report) {
			out := pieces(d.Root, exportation, counterfoil.item)
			general := listed(d.Root)
			for c := range recorded(d.Root, importation) {
				n := c.item()
				_, exported := out[n]
				_, onList := general[n]
				if n != "" && !exported && (len(out) > 0 || !onList) {
					report(c.Find("GoodsItem"), n)
				}
			}
		},
	}
}
