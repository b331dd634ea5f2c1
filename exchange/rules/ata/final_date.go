package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// finalDate is ATA-07.
func finalDate() rules.Rule {
	return rules.Rule{
		Code: "ATA-07", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 7",
		From:   law.IstanbulConvention(),
		EN:     "final date for re-exportation {0} is after the last day of the carnet, {1}",
		ZH:     "最迟复运出境日期{0}晚于单证册有效期截止日{1}",
		Check: func(d *rules.Document, report rules.Report) {
			end, ok := lastDay(d.Root)
			if !ok {
				return
			}
			for at := range d.Root.All("GoodsItemPassportCounterfoil/FinalReexportationDate") {
				if day, ok := rules.Date(at); ok && day.After(end) {
					report(at, rules.ISODate(day), rules.ISODate(end))
				}
			}
		},
	}
}
