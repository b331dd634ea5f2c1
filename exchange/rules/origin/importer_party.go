package origin

import "beibu/exchange/rules"

// importerParty is CO-17B.
func importerParty() rules.Rule {
	return rules.Rule{
		Code: "CO-17B", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, box 2: the consignee is in a Party",
		EN:     "the consignee is in {0}, which is not a Party; Parties are China and the ten ASEAN states",
		ZH:     "收货人位于{0}，该国不是缔约方；缔约方为中国和东盟十国",
		Check: func(d *rules.Document, report rules.Report) {
			at, code := home(trader(d.Root, "ImporterParty"))
			if formE(d.Root) && code != "" && !party(code) {
				report(at, code)
			}
		},
	}
}
