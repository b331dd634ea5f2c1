package health

import "beibu/exchange/rules"

// replacedLater is HLT-09B.
func replacedLater() rules.Rule {
	return rules.Rule{
		Code: "HLT-09B", Kinds: both(), Severity: rules.Reject,
		Source: "UBL 2.4, GoodsCertificate: the references name earlier documents",
		EN:     "the earlier document is of {0}, after this one of {1}",
		ZH:     "前一单证的日期{0}晚于本单证的签发日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			for _, name := range references() {
				at := d.Root.Find(name + "/IssueDate")
				if before, ok := rules.Date(at); ok && !d.Issued.IsZero() && before.After(d.Issued) {
					report(at, written(before), written(d.Issued))
				}
			}
		},
	}
}
