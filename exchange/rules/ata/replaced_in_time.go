package ata

import "beibu/exchange/rules"

// replacedInTime is ATA-29. The day of the request is not in the document; a
// replacement issued in the last month was asked for late or took long, so the
// sender is only told.
func replacedInTime() rules.Rule {
	return rules.Rule{
		Code: "ATA-29", Kinds: carnets(), Severity: rules.Warn,
		Source: "Chamber instructions: a replacement is asked for at least one month before the temporary importation ends",
		EN:     "issued on {0} to replace {1}, which ends on {2}; a replacement is asked for by {3}",
		ZH:     "于{0}签发以替换{2}到期的单证册{1}；替换申请最迟应于{3}提出",
		Check: func(d *rules.Document, report rules.Report) {
			for ref := range d.Root.All("AdditionalDocumentReference") {
				if ref.Find("DocumentTypeCode").Text() != carnetType || rules.IsTrue(ref.Find("CopyIndicator")) || d.Issued.IsZero() {
					continue
				}
				ends, ok := rules.Date(ref.Find("ValidityPeriod/EndDate"))
				if !ok {
					continue
				}
				if latest := rules.AddMonths(ends, -1); d.Issued.After(latest) {
					report(ref, written(d.Issued), ref.Find("ID").Text(), written(ends), written(latest))
				}
			}
		},
	}
}
