package declaration

import "beibu/exchange/rules"

// previousItself is DEC-21.
func previousItself() rules.Rule {
	return rules.Rule{
		Code: "DEC-21", Kinds: all(), Severity: rules.Reject,
		Source: "UBL PreviousCustomsDeclaration: a declaration that came before",
		EN:     "the declaration {0} names itself as the previous one",
		ZH:     "报关单{0}将自身列为前一份报关单",
		Check: func(d *rules.Document, report rules.Report) {
			own := d.Root.Find("ID").Text()
			for at := range body(d).All("PreviousCustomsDeclaration/ID") {
				if at.Text() == own {
					report(at, own)
				}
			}
		},
	}
}
