package sps

import "beibu/exchange/rules"

// issuer is SPS-13B.
func issuer() rules.Rule {
	return rules.Rule{
		Code: "SPS-13B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: name of the issuing organisation",
		EN:     "the issuing authority is not named",
		ZH:     "未注明签发机构",
		Check: func(d *rules.Document, report rules.Report) {
			if at := d.Root.Find(head); at.Find("IssuerSPSParty/Name").Text() == "" {
				report(at)
			}
		},
	}
}
