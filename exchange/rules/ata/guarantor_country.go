package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// guarantorCountry is ATA-05C. An association guarantees to the customs of its own
// country, so the one abroad is in a country of the carnet.
func guarantorCountry() rules.Rule {
	return rules.Rule{
		Code: "ATA-05C", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Articles 6 and 8(1)",
		From:   law.IstanbulConvention(),
		EN:     "the guaranteeing association is in {0}, where this carnet is not valid",
		ZH:     "担保协会位于{0}，该国不在本单证册的有效国家之列",
		Check: func(d *rules.Document, report rules.Report) {
			for _, role := range [...]string{"ExportingGuarantorParty", "ImportingGuarantorParty"} {
				party := d.Root.Find(role)
				if country := partyCountry(party); country != "" && !countries(d.Root)[country] {
					report(party, country)
				}
			}
		},
	}
}
