package sps

import "beibu/exchange/rules"

// lateTreatment is SPS-21C. Treatment on the voyage begins after issue and is
// announced by a start alone; what is said to have ended cannot end later.
func lateTreatment() rules.Rule {
	return rules.Rule{
		Code: "SPS-21C", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: a certificate states treatments that were carried out",
		EN:     "the treatment of line {0} ended on {1}, after the certificate was issued on {2}",
		ZH:     "第{0}项的处理于{1}结束，晚于证书签发日期{2}",
		Check: func(d *rules.Document, report rules.Report) {
			if d.Issued.IsZero() {
				return
			}
			for line := range goodsLines(d.Root) {
				for at := range line.All("AppliedSPSProcess/CompletionSPSPeriod/EndDateTime") {
					if end, ok := day(d, at); ok && end.After(d.Issued) {
						report(at, lineName(line), written(end), written(d.Issued))
					}
				}
			}
		},
	}
}
