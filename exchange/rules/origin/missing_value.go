package origin

import "beibu/exchange/rules"

// missingValue is CO-05B.
func missingValue() rules.Rule {
	return rules.Rule{
		Code: "CO-05B", Kinds: certificates(), Severity: rules.Warn, From: upgraded(),
		Source: "Form E of 2019, box 9: FOB value with regional value content",
		EN:     "item {0} claims {1} and shows no FOB value",
		ZH:     "第{0}项声明{1}，但未注明FOB价值",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range formItems(d.Root) {
				code := item.Find("PreferenceCriterionCode").Text()
				_, _, isRVC := regionalValue(code)
				if isRVC && !item.Find("FreeOnBoardValueAmount").Exists() {
					report(item, itemName(item), code)
				}
			}
		},
	}
}
