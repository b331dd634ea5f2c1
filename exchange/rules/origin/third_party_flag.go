package origin

import "beibu/exchange/rules"

// thirdPartyFlag is CO-16B.
func thirdPartyFlag() rules.Rule {
	return rules.Rule{
		Code: "CO-16B", Kinds: certificates(), Severity: rules.Warn,
		Source: "Form E, box 13: third party invoicing",
		EN:     "the invoice was issued in {0}, the exporter is in {1}, and “THIRD PARTY INVOICING” is not ticked",
		ZH:     "发票由{0}的公司开具，出口商位于{1}，但未勾选“THIRD PARTY INVOICING”",
		Check: func(d *rules.Document, report rules.Report) {
			if !formE(d.Root) || ticked(d.Root, thirdInvoice) {
				return
			}
			at, seller := home(invoice(d.Root).Find("IssuerParty"))
			_, exporter := home(trader(d.Root, "ExporterParty"))
			if seller != "" && exporter != "" && seller != exporter {
				report(at, seller, exporter)
			}
		},
	}
}
