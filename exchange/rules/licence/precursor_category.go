package licence

import "beibu/exchange/rules"

// precursorCategory is LIC-23B: precursor chemicals cross on dual-use licences.
func precursorCategory() rules.Rule {
	return rules.Rule{
		Code: "LIC-23B", Kinds: both(), Severity: rules.Warn,
		Source: "MOFCOM and GACC Order 2005/29 (dual-use licences), catalogue: precursor chemicals; common practice",
		From:   order29(),
		EN:     "{0} is a precursor chemical; category {2} is not one of a dual-use licence: 2, 3, G",
		ZH:     "{1}属于易制毒化学品；证件代码{2}不是两用物项和技术许可证的代码（2、3、G）",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("CategoryCode")
			if !at.Exists() || isOneOf(dualUseCodes, at.Text()) {
				return
			}
			for _, s := range precursors(d.Root) {
				report(at, s.en, s.zh, at.Text())
				return
			}
		},
	}
}
