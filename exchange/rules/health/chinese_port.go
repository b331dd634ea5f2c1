package health

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
)

// chinesePort is HLT-07.
func chinesePort() rules.Rule {
	return rules.Rule{
		Code: "HLT-07", Kinds: permits(), Severity: rules.Reject,
		Source: "Frontier Health and Quarantine Law of China: premises at its frontier ports",
		From:   frontierLaw(),
		EN:     "{0} is not a frontier port of China",
		ZH:     "{0}不是中国国境口岸",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("ApplicableTerritoryAddress/ID")
			code := at.Text()
			if code == "" {
				return
			}
			if place, known := codes.Location(code); !known || place.Country != "CN" {
				report(at, code)
			}
		},
	}
}
