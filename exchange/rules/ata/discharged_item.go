package ata

import "beibu/exchange/rules"

// dischargedItem is ATA-21B. It can be seen only where the importation quoted is in
// the document too.
func dischargedItem() rules.Rule {
	return rules.Rule{
		Code: "ATA-21B", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "Irish Revenue; HMRC, ATACPD06200: items re-exported are a subset of that importation",
		EN:     "item {0} was not imported under {1}, which this re-exportation discharges",
		ZH:     "第{0}项货物并非在{1}项下进境，不能以本次复运出境核销",
		Check: func(d *rules.Document, report rules.Report) {
			in := pieces(d.Root, importation, underImportation)
			known := pieces(d.Root, importation, counterfoil.imported)
			for c := range recorded(d.Root, reexportation) {
				if _, there := known[c.imported()]; !there || c.item() == "" {
					continue
				}
				if _, imported := in[underImportation(c)]; !imported {
					report(c.Find("GoodsItem"), c.item(), c.imported())
				}
			}
		},
	}
}
