package sps

import "beibu/exchange/rules"

// signatory is SPS-13F.
func signatory() rules.Rule {
	return rules.Rule{
		Code: "SPS-13F", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: name of the authorised officer",
		EN:     "the officer who signed is not named",
		ZH:     "未注明签字官员姓名",
		Check: func(d *rules.Document, report rules.Report) {
			for at := range d.Root.All(head + "/SignatorySPSAuthentication/ProviderSPSParty") {
				if at.Find("SpecifiedSPSPerson/Name").Text() == "" {
					report(at)
				}
			}
		},
	}
}
