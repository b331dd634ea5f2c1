package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// countriesNamed is ATA-05B.
func countriesNamed() rules.Rule {
	return rules.Rule{
		Code: "ATA-05B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 6; model form, box P",
		From:   law.IstanbulConvention(),
		EN:     "no country of destination or transit; a carnet names the countries in which it is valid",
		ZH:     "未列明目的国或过境国；单证册须列明其有效的国家",
		Check: func(d *rules.Document, report rules.Report) {
			home := issuedIn(d.Root)
			for country := range countries(d.Root) {
				if country != home {
					return
				}
			}
			report(shipmentOf(d.Root))
		},
	}
}
