package health

import "beibu/exchange/rules"

// holderCode is HLT-08B. Whether a code that is there checks out is for GEN-18.
func holderCode() rules.Rule {
	return rules.Rule{
		Code: "HLT-08B", Kinds: permits(), Severity: rules.Warn,
		Source: measures + "; GB 32100-2015: organisations are known by their unified social credit code",
		From:   decree182(),
		EN:     "the holder has no unified social credit code (an ID with schemeID USCC)",
		ZH:     "持有人没有统一社会信用代码（schemeID为USCC的ID）",
		Check: func(d *rules.Document, report rules.Report) {
			party := d.Root.Find("ApplicantParty")
			for _, path := range [...]string{"PartyIdentification/ID", "PartyLegalEntity/CompanyID"} {
				for id := range party.All(path) {
					if rules.Is(id.Attr("schemeID"), "USCC") && id.Text() != "" {
						return
					}
				}
			}
			if party.Exists() {
				report(party)
			}
		},
	}
}
