package ata

import "beibu/exchange/rules"

// replacesAnother is ATA-28B. A duplicate keeps the number of the lost carnet, a
// replacement does not.
func replacesAnother() rules.Rule {
	return rules.Rule{
		Code: "ATA-28B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Chamber instructions: a replacement carnet refers to the original",
		EN:     "this carnet names itself, {0}, as the carnet that it replaces",
		ZH:     "本单证册将自身编号{0}列为被替换的单证册",
		Check: func(d *rules.Document, report rules.Report) {
			own := d.Root.Find("ID").Text()
			for ref := range d.Root.All("AdditionalDocumentReference") {
				if ref.Find("DocumentTypeCode").Text() == carnetType && !rules.IsTrue(ref.Find("CopyIndicator")) && ref.Find("ID").Text() == own {
					report(ref, own)
				}
			}
		},
	}
}
