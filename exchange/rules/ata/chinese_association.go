package ata

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// chineseAssociation is ATA-08. China has one issuing and guaranteeing association.
func chineseAssociation() rules.Rule {
	return rules.Rule{
		Code: "ATA-08", Kinds: every(), Severity: rules.Reject,
		Source: "China Council for the Promotion of International Trade: sole issuing and guaranteeing association since 1993",
		EN:     "{0} does not issue or guarantee carnets in China; only CCPIT (China Chamber of International Commerce) does",
		ZH:     "{0}不是中国的出证和担保协会；中国仅由中国国际贸易促进委员会（中国国际商会）出证和担保",
		Check: func(d *rules.Document, report rules.Report) {
			for _, role := range [...]string{"IssuerParty", "ExportingGuarantorParty", "ImportingGuarantorParty"} {
				party := d.Root.Find(role)
				if partyCountry(party) == china && rules.PartyName(party) != "" && !isCouncil(party) {
					report(party, rules.PartyName(party))
				}
			}
		},
	}
}

// councilNames are what CCPIT and its branches call themselves.
var councilNames = [...]string{
	"ccpit", "ccoic", "china council for the promotion of international trade",
	"china chamber of international commerce", "中国国际贸易促进委员会", "贸促会", "中国国际商会",
}

func isCouncil(party strict.Node) bool {
	for _, path := range [...]string{"PartyName/Name", "PartyLegalEntity/RegistrationName"} {
		for n := range party.All(path) {
			name := strings.ToLower(n.Text())
			for _, council := range councilNames {
				if strings.Contains(name, council) {
					return true
				}
			}
		}
	}
	return false
}
