package licence

import "beibu/exchange/rules"

// exportCategory is LIC-19B. It only warns: the list is common practice.
func exportCategory() rules.Rule {
	return rules.Rule{
		Code: "LIC-19B", Kinds: exports(), Severity: rules.Warn,
		Source: "Chinese declaration rules, document codes; common practice",
		EN:     "category {0} is not one of an export licence: 3, 4, G, x, y",
		ZH:     "证件代码{0}不是出口许可证的代码（3、4、G、x、y）",
		Check: func(d *rules.Document, report rules.Report) {
			if at := d.Root.Find("CategoryCode"); at.Exists() && !isOneOf(exportCodes, at.Text()) {
				report(at, at.Text())
			}
		},
	}
}
