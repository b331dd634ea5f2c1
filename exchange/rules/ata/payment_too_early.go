package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// paymentTooEarly is ATA-33. It bounds what the reminder asks for; the six months
// themselves are a matter of timers.
func paymentTooEarly() rules.Rule {
	return rules.Rule{
		Code: "ATA-33", Kinds: reminders(), Severity: rules.Warn,
		Source: "ATA Convention, Article 7; Istanbul Convention, Annex A, Article 9",
		From:   law.ATAConvention(),
		EN:     "payment is asked for by {0}; the guarantor has six months from the request of {1}, until {2}, to furnish proof",
		ZH:     "要求在{0}前付款；担保协会自{1}提出请求之日起有六个月（至{2}）提交证明",
		Check: func(d *rules.Document, report rules.Report) {
			asked, ok := rules.Date(d.Root.Find("ProofOfReexportationRequestDocumentReference/IssueDate"))
			if !ok {
				return
			}
			limit := rules.AddMonths(asked, 6)
			for at := range d.Root.All("PaymentTerms/PaymentDueDate") {
				if due, ok := rules.Date(at); ok && due.Before(limit) {
					report(at, rules.ISODate(due), rules.ISODate(asked), rules.ISODate(limit))
				}
			}
		},
	}
}
