package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// claimInTime is ATA-32. The text of the Article was not seen whole, so it warns. The
// expiry stands with the reference to the carnet.
func claimInTime() rules.Rule {
	return rules.Rule{
		Code: "ATA-32", Kinds: requests(), Severity: rules.Warn,
		Source: "Istanbul Convention, Annex A, Article 8(4)",
		From:   law.IstanbulConvention(),
		EN:     "claimed on {0}; the carnet expired on {1}, and customs claim within one year, by {2}",
		ZH:     "于{0}提出索赔；单证册于{1}到期，海关须在一年内即{2}前提出",
		Check: func(d *rules.Document, report rules.Report) {
			for ref := range d.Root.All("AdditionalDocumentReference") {
				expired, ok := rules.Date(ref.Find("ValidityPeriod/EndDate"))
				if !ok || ref.Find("DocumentTypeCode").Text() != carnetType || d.Issued.IsZero() {
					continue
				}
				if limit := rules.AddMonths(expired, 12); d.Issued.After(limit) {
					report(d.Root.Find("IssueDate"), rules.ISODate(d.Issued), rules.ISODate(expired), rules.ISODate(limit))
				}
			}
		},
	}
}
