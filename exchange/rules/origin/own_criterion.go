package origin

import "beibu/exchange/rules"

// ownCriterion is CO-07.
func ownCriterion() rules.Rule {
	return rules.Rule{
		Code: "CO-07", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, overleaf notes: each article qualifies separately",
		EN:     "item {0} has no origin criterion",
		ZH:     "第{0}项没有原产地标准",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range formItems(d.Root) {
				if item.Find("PreferenceCriterionCode").Text() == "" {
					report(item, itemName(item))
				}
			}
		},
	}
}
