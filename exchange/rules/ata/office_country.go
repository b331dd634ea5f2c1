package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// officeCountry is ATA-06.
func officeCountry() rules.Rule {
	return rules.Rule{
		Code: "ATA-06", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 6; model form, box P",
		From:   law.IstanbulConvention(),
		EN:     "the customs office is in {0}; this carnet is not valid there",
		ZH:     "海关位于{0}，本单证册在该国无效",
		Check: func(d *rules.Document, report rules.Report) {
			valid := countries(d.Root)
			if len(valid) < 2 {
				return // ATA-05B says so
			}
			for c := range counterfoils(d.Root) {
				if country := c.country(); country != "" && !valid[country] {
					report(c.Find("CustomsOfficeLocation"), country)
				}
			}
		},
	}
}
