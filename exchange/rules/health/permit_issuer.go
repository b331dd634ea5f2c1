package health

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// permitIssuer is HLT-01.
func permitIssuer() rules.Rule {
	return rules.Rule{
		Code: "HLT-01", Kinds: permits(), Severity: rules.Reject,
		Source: "Frontier Health and Quarantine Law of China; institutional reform of 2018: permits are granted by customs",
		From:   customsAtTheFrontier(),
		EN:     "the issuer {0} is not a Chinese customs authority",
		ZH:     "签发机构{0}不是中国海关",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("IssuerParty")
			name, customs := customsName(at)
			if _, code := country(at); !customs || code != "" && code != "CN" {
				report(at, name)
			}
		},
	}
}

// customsName returns the first name of a party and tells whether one of its
// names is that of a customs authority.
func customsName(party strict.Node) (first string, customs bool) {
	for _, path := range [...]string{"PartyName/Name", "PartyLegalEntity/RegistrationName"} {
		for at := range party.All(path) {
			name := at.Text()
			if first == "" {
				first = name
			}
			if strings.Contains(name, "海关") || strings.Contains(strings.ToLower(name), "customs") {
				return first, true
			}
		}
	}
	return first, false
}
