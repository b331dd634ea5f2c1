package origin

import "beibu/exchange/rules"

// movementOrigin is CO-10B.
func movementOrigin() rules.Rule {
	return rules.Rule{
		Code: "CO-10B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 1: issued by an intermediate Party",
		EN:     "item {0} originates in {1}, the Party that issued the movement certificate; such a certificate is for goods of another Party",
		ZH:     "第{0}项原产于流动证明签发方{1}；流动证明仅适用于其他缔约方的原产货物",
		Check: func(d *rules.Document, report rules.Report) {
			if !ticked(d.Root, moved) {
				return
			}
			_, issued := issuing(d.Root)
			for item := range formItems(d.Root) {
				if at, code := originOf(item); code != "" && code == issued {
					report(at, itemName(item), code)
				}
			}
		},
	}
}
