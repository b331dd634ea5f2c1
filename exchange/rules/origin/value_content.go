package origin

import (
	"math/big"

	"beibu/exchange/rules"
)

// valueContent is CO-04.
func valueContent() rules.Rule {
	return rules.Rule{
		Code: "CO-04", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Rules of Origin: regional value content of at least 40 percent",
		EN:     "item {0} claims a regional value content of {1}; it must be stated and lie between 40% and 100%",
		ZH:     "第{0}项声明的区域价值成分为{1}；须注明百分比且在40%至100%之间",
		Check: func(d *rules.Document, report rules.Report) {
			least, most := big.NewRat(40, 1), big.NewRat(100, 1)
			for item := range formItems(d.Root) {
				at := item.Find("PreferenceCriterionCode")
				percent, stated, isRVC := regionalValue(at.Text())
				if isRVC && (!stated || percent.Cmp(least) < 0 || percent.Cmp(most) > 0) {
					report(at, itemName(item), at.Text())
				}
			}
		},
	}
}
