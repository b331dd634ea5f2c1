package sps

import "beibu/exchange/rules"

// treatment is SPS-15.
func treatment() rules.Rule {
	return rules.Rule{
		Code: "SPS-15", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: date, treatment, chemical, duration and temperature, concentration",
		EN:     "the treatment {0} of line {1} gives neither a date nor what was done",
		ZH:     "第{1}项的处理{0}既没有日期也没有处理内容",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range goodsLines(d.Root) {
				for at := range line.All("AppliedSPSProcess") {
					if !at.Find("CompletionSPSPeriod").Exists() && !at.Find("ApplicableSPSProcessCharacteristic").Exists() {
						report(at, at.Find("TypeCode").Text(), lineName(line))
					}
				}
			}
		},
	}
}
