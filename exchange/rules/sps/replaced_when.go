package sps

import "beibu/exchange/rules"

// replacedWhen is SPS-09D: the date of the replaced certificate is in a note,
// which the schema takes for text.
func replacedWhen() rules.Rule {
	return rules.Rule{
		Code: "SPS-09D", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 4; ePhyto note ADRD",
		EN:     "{0} is not a date of the replaced certificate; write it as 2026-11-20",
		ZH:     "被替换证书的日期{0}无法识别；请写作2026-11-20",
		Check: func(d *rules.Document, report rules.Report) {
			at, text := note(d.Root, "ADRD")
			if _, ok := rules.Date(at.Find("Content")); text != "" && !ok {
				report(at, text)
			}
		},
	}
}
