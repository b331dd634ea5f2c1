package health

import "beibu/exchange/rules"

// premisesStated is HLT-06.
func premisesStated() rules.Rule {
	return rules.Rule{
		Code: "HLT-06", Kinds: permits(), Severity: rules.Reject,
		Source: measures + ": a permit is for named premises",
		From:   decree182(),
		EN:     "the premises are not given with their city and their port (UN/LOCODE)",
		ZH:     "未注明经营场所所在城市及口岸（UN/LOCODE）",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("ApplicableTerritoryAddress")
			if at.Find("CityName").Text() != "" && at.Find("ID").Text() != "" {
				return
			}
			if !at.Exists() {
				at = d.Root
			}
			report(at)
		},
	}
}
