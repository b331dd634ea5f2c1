package origin

import "beibu/exchange/rules"

// thirdParty is CO-16.
func thirdParty() rules.Rule {
	return rules.Rule{
		Code: "CO-16", Kinds: certificates(), Severity: rules.Warn,
		Source: "Form E, overleaf notes: name and country of the company issuing the invoice",
		EN:     "“THIRD PARTY INVOICING” is ticked, but the company that issued the invoice is not named with its country",
		ZH:     "勾选了“THIRD PARTY INVOICING”，但未注明开具发票公司的名称和国家",
		Check: func(d *rules.Document, report rules.Report) {
			if !formE(d.Root) || !ticked(d.Root, thirdInvoice) {
				return
			}
			seller := invoice(d.Root).Find("IssuerParty")
			if _, country := home(seller); partyName(seller) == "" || country == "" {
				report(d.Root.Find(application))
			}
		},
	}
}
