package origin

import "beibu/exchange/rules"

// sameParty is CO-17D.
func sameParty() rules.Rule {
	return rules.Rule{
		Code: "CO-17D", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Rules of Origin: preference in another Party",
		EN:     "the consignee is in {0}, where the certificate was issued",
		ZH:     "收货人与证书签发方同在{0}",
		Check: func(d *rules.Document, report rules.Report) {
			_, issued := issuing(d.Root)
			at, code := home(trader(d.Root, "ImporterParty"))
			if formE(d.Root) && code != "" && code == issued {
				report(at, code)
			}
		},
	}
}
