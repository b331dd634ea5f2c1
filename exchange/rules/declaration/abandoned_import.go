package declaration

import "beibu/exchange/rules"

// abandonedImport is DEC-06B.
func abandonedImport() rules.Rule {
	return rules.Rule{
		Code: "DEC-06B", Kinds: imports(), Severity: rules.Hold,
		Source: "Customs Law of China: goods not declared within 3 months of arrival may be sold by customs",
		From:   customsLaw(),
		EN:     "declared on {0}, more than three months after the arrival on {1}; customs may have sold the goods",
		ZH:     "{0}申报，距{1}进境已超过三个月；海关可能已变卖该货物",
		Check: func(d *rules.Document, report rules.Report) {
			arrived, ok := arrival(d)
			at := d.Root.Find("IssueDate")
			declared, hasIssue := rules.Date(at)
			if ok && hasIssue && declared.After(rules.AddMonths(arrived, 3)) {
				report(at, written(declared), written(arrived))
			}
		},
	}
}
