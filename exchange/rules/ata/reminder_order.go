package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// reminderOrder is ATA-33B.
func reminderOrder() rules.Rule {
	return rules.Rule{
		Code: "ATA-33B", Kinds: reminders(), Severity: rules.Reject,
		Source: "Follows from the ATA Convention, Article 7: a reminder comes after the request",
		From:   law.ATAConvention(),
		EN:     "reminder of {0}, before the request of {1}",
		ZH:     "催询日期{0}早于请求日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			asked, ok := rules.Date(d.Root.Find("ProofOfReexportationRequestDocumentReference/IssueDate"))
			if ok && !d.Issued.IsZero() && d.Issued.Before(asked) {
				report(d.Root.Find("IssueDate"), rules.ISODate(d.Issued), rules.ISODate(asked))
			}
		},
	}
}
