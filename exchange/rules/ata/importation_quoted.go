package ata

import "beibu/exchange/rules"

// importationQuoted is ATA-21.
func importationQuoted() rules.Rule {
	return rules.Rule{
		Code: "ATA-21", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "Irish Revenue; HMRC, ATACPD06200, boxes H(b) and H(c)",
		EN:     "re-exportation without the importation that it discharges; it quotes the importation counterfoil",
		ZH:     "复运出境凭证未引用其核销的进境存根；须注明进境存根编号",
		Check: func(d *rules.Document, report rules.Report) {
			for c := range recorded(d.Root, reexportation) {
				if c.imported() == "" {
					report(c.Find("ReexportationDocumentReference"))
				}
			}
		},
	}
}
