package sps

import "beibu/exchange/rules"

// emptyDeclaration is SPS-02.
func emptyDeclaration() rules.Rule {
	return rules.Rule{
		Code: "SPS-02", Kinds: certificates(), Severity: rules.Warn,
		Source: "IPPC (1997), Article V.3: additional declarations say what is justified",
		From:   ippc1997(),
		EN:     "the note {0} says nothing",
		ZH:     "附注{0}没有内容",
		Check: func(d *rules.Document, report rules.Report) {
			for n := range d.Root.All(head + "/IncludedSPSNote") {
				subject := n.Find("Subject").Text()
				if subject != "" && !named(n, "Content") && !named(n, "ContentCode") {
					report(n, subject)
				}
			}
		},
	}
}
