package origin

import "beibu/exchange/rules"

// needlessValue is CO-05. A product specific rule may be one of value content,
// so PSR is not judged.
func needlessValue() rules.Rule {
	return rules.Rule{
		Code: "CO-05", Kinds: certificates(), Severity: rules.Warn, From: upgraded(),
		Source: "Form E of 2019, box 9: FOB value only with regional value content",
		EN:     "item {0} shows its FOB value although its criterion is {1}; the value is shown with RVC only",
		ZH:     "第{0}项原产地标准为{1}，却注明了FOB价值；仅在使用RVC标准时注明",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range formItems(d.Root) {
				at := item.Find("FreeOnBoardValueAmount")
				switch code := item.Find("PreferenceCriterionCode").Text(); code {
				case "WO", "PE", "CTH":
					if at.Exists() {
						report(at, itemName(item), code)
					}
				}
			}
		},
	}
}
