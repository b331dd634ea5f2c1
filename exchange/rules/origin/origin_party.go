package origin

import "beibu/exchange/rules"

// originParty is CO-17.
func originParty() rules.Rule {
	return rules.Rule{
		Code: "CO-17", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Rules of Origin: goods originating in a Party",
		EN:     "item {0} originates in {1}, which is not a Party; Parties are China and the ten ASEAN states",
		ZH:     "第{0}项原产于{1}，该国不是缔约方；缔约方为中国和东盟十国",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range formItems(d.Root) {
				if at, code := originOf(item); code != "" && !party(code) {
					report(at, itemName(item), code)
				}
			}
		},
	}
}
