package ata

import (
	"cmp"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// claimRules are about requests, proofs and reminders of re-exportation.
var claimRules = []rules.Rule{
	{
		Code: "ATA-31", Kinds: proofs(), Severity: rules.Hold,
		Source: "GACC decree 157 (2007), Articles 9 and 10: proof from elsewhere is a stamped customs document",
		From:   law.Decree157(),
		EN:     "evidence {0} names no document of an authority; China's customs accept a stamped customs document",
		ZH:     "证明材料{0}未列明主管机关的单证；中国海关接受经海关签章的单证",
		Reads:  []rules.Input{associations, evidenceAt, evidenceID, evidenceDocument, evidenceIssuer},
		Check:  checkStampedEvidence,
	},
	{
		Code: "ATA-32", Kinds: requests(), Severity: rules.Warn,
		Source: "Istanbul Convention, Annex A, Article 8(4)",
		From:   law.IstanbulConvention(),
		EN:     "claimed on {0}; the carnet expired on {1}, and customs claim within one year, by {2}",
		ZH:     "于{0}提出索赔；单证册于{1}到期，海关须在一年内即{2}前提出",
		Reads:  []rules.Input{otherCarnets, issueDate},
		Check:  checkClaimInTime,
	},
	{
		Code: "ATA-33", Kinds: reminders(), Severity: rules.Warn,
		Source: "ATA Convention, Article 7; Istanbul Convention, Annex A, Article 9",
		From:   law.ATAConvention(),
		EN:     "payment is asked for by {0}; the guarantor has six months from the request of {1}, until {2}, to furnish proof",
		ZH:     "要求在{0}前付款；担保协会自{1}提出请求之日起有六个月（至{2}）提交证明",
		Reads:  []rules.Input{requested, paymentDue},
		Check:  checkPaymentTooEarly,
	},
	{
		Code: "ATA-33B", Kinds: reminders(), Severity: rules.Reject,
		Source: "Follows from the ATA Convention, Article 7: a reminder comes after the request",
		From:   law.ATAConvention(),
		EN:     "reminder of {0}, before the request of {1}",
		ZH:     "催询日期{0}早于请求日期{1}",
		Reads:  []rules.Input{requested, issueDate},
		Check:  checkReminderOrder,
	},
	{
		Code: "ATA-34", Kinds: proofs(), Severity: rules.Hold,
		Source: "Istanbul Convention, Annex A, Article 10",
		From:   law.IstanbulConvention(),
		EN:     "no counterfoil of this proof shows a re-exportation; other evidence is for customs to weigh",
		ZH:     "本证明未附复运出境存根；其他证明材料由海关审核",
		Reads:  []rules.Input{counterfoils},
		Check:  checkReexportationShown,
	},
}

// checkStampedEvidence is for goods that were in China: their guarantor is the
// importing one.
func checkStampedEvidence(d *rules.Document, report rules.Report) {
	if associations.Of(d)[guarantorAbroad].country != china {
		return
	}
	for _, evidence := range d.All(evidenceAt) {
		if !d.FirstIn(evidence, evidenceDocument).Exists() || !d.FirstIn(evidence, evidenceIssuer).Exists() {
			report(evidence, d.FirstIn(evidence, evidenceID).Text())
		}
	}
}

// checkClaimInTime warns only, since the text of the Article was not available in
// full. The expiry is in the reference to the carnet.
func checkClaimInTime(d *rules.Document, report rules.Report) {
	for _, claimed := range otherCarnets.Of(d) {
		expired, ok := values.Date(claimed.ends)
		if !ok || d.Facts.Issued.IsZero() {
			continue
		}
		if limit := values.AddMonths(expired, 12); d.Facts.Issued.After(limit) {
			report(d.First(issueDate), values.ISODate(d.Facts.Issued), values.ISODate(expired), values.ISODate(limit))
		}
	}
}

// checkPaymentTooEarly limits what the reminder demands. That the six months pass
// is not seen in one document.
func checkPaymentTooEarly(d *rules.Document, report rules.Report) {
	asked, ok := values.Date(d.First(requested))
	if !ok {
		return
	}
	limit := values.AddMonths(asked, 6)
	for _, at := range d.All(paymentDue) {
		if due, ok := values.Date(at); ok && due.Before(limit) {
			report(at, values.ISODate(due), values.ISODate(asked), values.ISODate(limit))
		}
	}
}

func checkReminderOrder(d *rules.Document, report rules.Report) {
	asked, ok := values.Date(d.First(requested))
	if ok && !d.Facts.Issued.IsZero() && d.Facts.Issued.Before(asked) {
		report(d.First(issueDate), values.ISODate(d.Facts.Issued), values.ISODate(asked))
	}
}

// checkReexportationShown holds the document for a person: a stamped counterfoil
// of re-exportation is the proof, and customs decide about any other evidence.
func checkReexportationShown(d *rules.Document, report rules.Report) {
	for _, c := range counterfoils.Of(d) {
		if c.stage == reexportation {
			return
		}
	}
	report(cmp.Or(d.First(counterfoilAt), d.Root))
}

// The paths of requests, proofs and reminders.
var (
	requested        = rules.NewPath("ProofOfReexportationRequestDocumentReference/IssueDate")
	paymentDue       = rules.NewPath("PaymentTerms/PaymentDueDate")
	evidenceAt       = rules.NewPath("ReexportationEvidence")
	evidenceID       = rules.NewPath("ReexportationEvidence/ID")
	evidenceDocument = rules.NewPath("ReexportationEvidence/DocumentReference")
	evidenceIssuer   = rules.NewPath("ReexportationEvidence/EvidenceIssuingParty")
)
