package origin

import "beibu/exchange/rules"

// exporterCountry is CO-12. It catches the middleman in a third place, Hong Kong
// or Taiwan among them.
func exporterCountry() rules.Rule {
	return rules.Rule{
		Code: "CO-12", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, box 1: the exporter is in the exporting Party",
		EN:     "the exporter in box 1 is in {0}; it must be in {1}, the issuing Party",
		ZH:     "第1栏出口商位于{0}；须位于签发方{1}境内",
		Check: func(d *rules.Document, report rules.Report) {
			_, issued := issuing(d.Root)
			at, code := home(trader(d.Root, "ExporterParty"))
			if formE(d.Root) && code != "" && issued != "" && code != issued {
				report(at, code, issued)
			}
		},
	}
}
