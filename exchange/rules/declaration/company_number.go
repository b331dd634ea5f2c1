package declaration

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// companyNumber is DEC-18: the company that imports into China, or exports
// from it, gives its unified social credit code.
func companyNumber() rules.Rule {
	return rules.Rule{
		Code: "DEC-18", Kinds: importsAndExports(), Severity: rules.Warn,
		Source: "GB 32100-2015; Chinese declaration, TradeCoScc: 18 characters",
		From:   gb32100(),
		EN:     "the Chinese company gives no unified social credit code of 18 characters",
		ZH:     "境内收发货人未填报18位统一社会信用代码",
		Check: func(d *rules.Document, report rules.Report) {
			for _, path := range []string{"ImporterParty", "ExporterParty"} {
				if party := d.Root.Find(path); country(party) == "CN" && !hasCreditCode(party) {
					report(party)
				}
			}
		},
	}
}

func hasCreditCode(party strict.Node) bool {
	for _, path := range []string{"PartyIdentification/ID", "PartyTaxScheme/CompanyID", "PartyLegalEntity/CompanyID"} {
		for at := range party.All(path) {
			if len(at.Text()) == 18 {
				return true
			}
		}
	}
	return false
}
