package sps

import "beibu/exchange/rules"

// goodsLine is SPS-13H.
func goodsLine() rules.Rule {
	return rules.Rule{
		Code: "SPS-13H", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: description of the consignment",
		EN:     "no goods are listed; line 0 only describes the consignment, goods start at 1",
		ZH:     "未列明货物；第0项仅用于描述整批货物，货物从第1项开始",
		Check: func(d *rules.Document, report rules.Report) {
			for range goodsLines(d.Root) {
				return
			}
			report(d.Root.Find(consignment))
		},
	}
}
