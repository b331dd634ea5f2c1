package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// associationsNamed is ATA-05. A carnet names who issues it and who guarantees for
// it at home and abroad.
func associationsNamed() rules.Rule {
	return rules.Rule{
		Code: "ATA-05", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 6",
		From:   law.IstanbulConvention(),
		EN:     "{0} is not named; a carnet names the issuing association and the guaranteeing associations",
		ZH:     "未注明{0}的名称；单证册须注明出证协会和担保协会",
		Check: func(d *rules.Document, report rules.Report) {
			for _, role := range [...]string{"IssuerParty", "ExportingGuarantorParty", "ImportingGuarantorParty"} {
				party := d.Root.Find(role)
				switch {
				case !party.Exists():
					report(d.Root, role)
				case rules.PartyName(party) == "":
					report(party, role)
				}
			}
		},
	}
}
