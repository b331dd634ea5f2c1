package ata

import "beibu/exchange/rules"

// duplicateExpiry is ATA-28.
func duplicateExpiry() rules.Rule {
	return rules.Rule{
		Code: "ATA-28", Kinds: carnets(), Severity: rules.Reject,
		Source: "Chamber instructions: a duplicate expires on the same day as the original",
		EN:     "this duplicate is valid until {0}, the original {1} until {2}; both expire on the same day",
		ZH:     "本副本有效期至{0}，原单证册{1}有效期至{2}；两者须同日到期",
		Check: func(d *rules.Document, report rules.Report) {
			end, ok := lastDay(d.Root)
			for ref := range d.Root.All("AdditionalDocumentReference") {
				if ref.Find("DocumentTypeCode").Text() != carnetType || !rules.IsTrue(ref.Find("CopyIndicator")) {
					continue
				}
				until := ref.Find("ValidityPeriod/EndDate")
				if original, stated := rules.Date(until); ok && stated && !original.Equal(end) {
					report(d.Root.Find("ValidityPeriod/EndDate"), written(end), ref.Find("ID").Text(), written(original))
				}
			}
		},
	}
}

// carnetType is the UNCL 1001 code of an ATA carnet.
const carnetType = "955"
