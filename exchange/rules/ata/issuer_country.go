package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// issuerCountry is ATA-08B.
func issuerCountry() rules.Rule {
	return rules.Rule{
		Code: "ATA-08B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 2 and the scheme of one association a country",
		From:   law.IstanbulConvention(),
		EN:     "the issuing association is in {0}, but the goods leave from {1}",
		ZH:     "出证协会位于{0}，货物却由{1}出境",
		Check: func(d *rules.Document, report rules.Report) {
			issuer, exported := partyCountry(d.Root.Find("IssuerParty")), d.Root.Find("Shipment/ExportCountry/IdentificationCode").Text()
			if issuer != "" && exported != "" && issuer != exported {
				report(d.Root.Find("IssuerParty"), issuer, exported)
			}
		},
	}
}
