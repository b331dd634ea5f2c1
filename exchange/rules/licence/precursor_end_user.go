package licence

import "beibu/exchange/rules"

// precursorEndUser is LIC-23: whoever lets precursor chemicals cross a border
// says who uses them up, and for what.
func precursorEndUser() rules.Rule {
	return rules.Rule{
		Code: "LIC-23", Kinds: both(), Severity: rules.Warn,
		Source: "State Council Decree 445 (precursor chemicals), licences for import and export; UN Convention of 1988, article 12",
		From:   decree445(),
		EN:     "{0} is a precursor chemical; the licence names no end user and end use",
		ZH:     "{1}属于易制毒化学品；许可证未注明最终用户和最终用途",
		Check: func(d *rules.Document, report rules.Report) {
			if d.Root.Find("EndUser").Exists() {
				return
			}
			for line, s := range precursors(d.Root) {
				report(line.Find("Commodity"), s.en, s.zh)
				return
			}
		},
	}
}
