package licence

import "beibu/exchange/rules"

// importCategory is LIC-19. Code 2, of dual-use import licences, is common
// practice and let through.
func importCategory() rules.Rule {
	return rules.Rule{
		Code: "LIC-19", Kinds: imports(), Severity: rules.Reject,
		Source: "Chinese declaration rules, document codes: 1 import licence; 7, O, v automatic import licence",
		EN:     "category {0} is not one of an import licence: 1, 2, 7, O, v",
		ZH:     "证件代码{0}不是进口许可证的代码（1、2、7、O、v）",
		Check: func(d *rules.Document, report rules.Report) {
			if at := d.Root.Find("CategoryCode"); at.Exists() && !isOneOf(importCodes, at.Text()) {
				report(at, at.Text())
			}
		},
	}
}
