package declaration

import (
	"strings"

	"beibu/exchange/rules"
)

// districtOffice is DEC-17.
func districtOffice() rules.Rule {
	return rules.Rule{
		Code: "DEC-17", Kinds: all(), Severity: rules.Reject,
		Source: "Chinese declaration rules: where a district has subordinate offices, their code is used",
		EN:     "{0} is a customs district; the code of the office in it belongs here",
		ZH:     "{0}为直属海关代码；应填报隶属海关代码",
		Check: func(d *rules.Document, report rules.Report) {
			if !madeInChina(d) {
				return
			}
			for at := range body(d).All("CustomsParty/PartyIdentification/ID") {
				if isDigits(at.Text(), 4) && strings.HasSuffix(at.Text(), "00") {
					report(at, at.Text())
				}
			}
		},
	}
}
