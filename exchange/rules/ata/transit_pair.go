package ata

import (
	"strconv"

	"beibu/exchange/rules"
)

// transitPair is ATA-24: departure and destination are two blue vouchers, and the
// second closes the first. It is told at the last transit counterfoil.
func transitPair() rules.Rule {
	return rules.Rule{
		Code: "ATA-24", Kinds: carnets(), Severity: rules.Reject,
		Source: "HMRC, ATA carnet handbook: two transit vouchers, departure and destination",
		EN:     "transit vouchers: {0}; each transit has one for the office of departure and one for the office of destination",
		ZH:     "过境凭证共{0}份；每次过境须有启运地海关和目的地海关凭证各一份",
		Check: func(d *rules.Document, report rules.Report) {
			vouchers := make(map[string]bool)
			var last counterfoil
			for c := range recorded(d.Root, transit) {
				vouchers[c.voucher()] = true
				last = c
			}
			if len(vouchers)%2 == 1 {
				report(last.Node, strconv.Itoa(len(vouchers)))
			}
		},
	}
}
