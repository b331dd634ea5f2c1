package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// lateReexportation is ATA-07B. Customs may claim, or may have granted more time, so
// a person looks at it.
func lateReexportation() rules.Rule {
	return rules.Rule{
		Code: "ATA-07B", Kinds: withCounterfoils(), Severity: rules.Hold,
		Source: "Istanbul Convention, Annex A, Articles 7 and 9",
		From:   law.IstanbulConvention(),
		EN:     "re-exported on {0}, after the final date {1}",
		ZH:     "于{0}复运出境，晚于最迟复运出境日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			for c := range recorded(d.Root, reexportation) {
				final, ok := rules.Date(c.Find("FinalReexportationDate"))
				left := c.Find("ReexportationDocumentReference/IssueDate")
				if day, stated := rules.Date(left); ok && stated && day.After(final) {
					report(left, rules.ISODate(day), rules.ISODate(final))
				}
			}
		},
	}
}
