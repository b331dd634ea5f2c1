package origin

import (
	"math/big"
	"strings"

	"beibu/exchange/rules"
)

// criterion is CO-03.
func criterion() rules.Rule {
	return rules.Rule{
		Code: "CO-03", Kinds: certificates(), Severity: rules.Reject, From: upgraded(),
		Source: "Form E of 2019, box 8: origin criteria",
		EN:     "{0} of item {1} is not an origin criterion; allowed are WO, PE, CTH, PSR and a regional value content such as RVC 45%",
		ZH:     "第{1}项的{0}不是原产地标准；可用WO、PE、CTH、PSR或区域价值成分（例如RVC 45%）",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range formItems(d.Root) {
				at := item.Find("PreferenceCriterionCode")
				code := at.Text()
				if _, _, isRVC := regionalValue(code); !isRVC && code != "" && !changeCriterion(code) {
					report(at, code, itemName(item))
				}
			}
		},
	}
}

func changeCriterion(code string) bool {
	switch code {
	case "WO", "PE", "CTH", "PSR":
		return true
	}
	return false
}

// regionalValue reads a criterion such as "RVC 45%", "RVC45" or "45%". It tells
// the percentage, whether there is one, and whether it is such a criterion.
func regionalValue(code string) (percent *big.Rat, stated, isRVC bool) {
	rest, worded := strings.CutPrefix(code, "RVC")
	rest, signed := strings.CutSuffix(strings.TrimSpace(rest), "%")
	rest = strings.TrimSpace(rest)
	if !worded && !signed {
		return nil, false, false
	}
	if rest == "" {
		return nil, false, worded
	}
	if len(rest) > 6 || strings.Trim(rest, "0123456789.") != "" {
		return nil, false, false
	}
	percent, ok := new(big.Rat).SetString(rest)
	return percent, ok, ok
}
