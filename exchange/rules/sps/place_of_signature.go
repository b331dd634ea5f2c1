package sps

import "beibu/exchange/rules"

// placeOfSignature is SPS-13D.
func placeOfSignature() rules.Rule {
	return rules.Rule{
		Code: "SPS-13D", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: place of issue",
		EN:     "the place of signature is not given",
		ZH:     "未注明签字地点",
		Check: func(d *rules.Document, report rules.Report) {
			for at := range d.Root.All(head + "/SignatorySPSAuthentication") {
				if !named(at, "IssueSPSLocation/Name") {
					report(at)
				}
			}
		},
	}
}
