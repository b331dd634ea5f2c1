package origin

import "beibu/exchange/rules"

// issuerCountry is CO-01.
func issuerCountry() rules.Rule {
	return rules.Rule{
		Code: "CO-01", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 2",
		EN:     "the issuing authority is in {0}; only an authority of {1}, the issuing Party, may issue",
		ZH:     "签发机构位于{0}；只有签发方{1}的机构可以签发",
		Check: func(d *rules.Document, report rules.Report) {
			_, issued := issuing(d.Root)
			at, code := home(d.Root.Find(application + "/IssuerParty"))
			if code != "" && issued != "" && code != issued {
				report(at, code, issued)
			}
		},
	}
}
