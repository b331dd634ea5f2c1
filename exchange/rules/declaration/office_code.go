package declaration

import "beibu/exchange/rules"

// officeCode is DEC-17B.
func officeCode() rules.Rule {
	return rules.Rule{
		Code: "DEC-17B", Kinds: all(), Severity: rules.Warn,
		Source: "Chinese declaration rules: customs offices have codes of four digits",
		EN:     "the Chinese customs party has no office code of four digits",
		ZH:     "中国海关未填报四位关区代码",
		Check: func(d *rules.Document, report rules.Report) {
			if !madeInChina(d) {
				return
			}
			for at := range body(d).All("CustomsParty/PartyIdentification/ID") {
				if isDigits(at.Text(), 4) {
					return
				}
			}
			report(body(d).Find("CustomsParty"))
		},
	}
}
