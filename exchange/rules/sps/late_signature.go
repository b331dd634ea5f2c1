package sps

import "beibu/exchange/rules"

// lateSignature is SPS-21D.
func lateSignature() rules.Rule {
	return rules.Rule{
		Code: "SPS-21D", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: a certificate is signed when it is issued",
		EN:     "signed on {0}, after the certificate was issued on {1}",
		ZH:     "签字日期{0}晚于证书签发日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			if d.Issued.IsZero() {
				return
			}
			for at := range d.Root.All(head + "/SignatorySPSAuthentication/ActualDateTime") {
				if signed, ok := day(d, at); ok && signed.After(d.Issued) {
					report(at, written(signed), written(d.Issued))
				}
			}
		},
	}
}
