package origin

import "beibu/exchange/rules"

// issuingParty is CO-17C.
func issuingParty() rules.Rule {
	return rules.Rule{
		Code: "CO-17C", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 2",
		EN:     "Form E was issued in {0}, which is not a Party; Parties are China and the ten ASEAN states",
		ZH:     "E类证书由{0}签发，该国不是缔约方；缔约方为中国和东盟十国",
		Check: func(d *rules.Document, report rules.Report) {
			at, code := issuing(d.Root)
			if formE(d.Root) && !party(code) {
				report(at, code)
			}
		},
	}
}
