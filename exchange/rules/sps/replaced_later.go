package sps

import "beibu/exchange/rules"

// replacedLater is SPS-09C.
func replacedLater() rules.Rule {
	return rules.Rule{
		Code: "SPS-09C", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 4; ePhyto note ADRD",
		EN:     "the replaced certificate is of {0}, after this one of {1}",
		ZH:     "被替换证书的日期{0}晚于本证书的签发日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			at, _ := note(d.Root, "ADRD")
			replaced, ok := rules.Date(at.Find("Content"))
			if ok && !d.Issued.IsZero() && replaced.After(d.Issued) {
				report(at, written(replaced), written(d.Issued))
			}
		},
	}
}
