package sps

import "beibu/exchange/rules"

// sameCountry is SPS-01B.
func sameCountry() rules.Rule {
	return rules.Rule{
		Code: "SPS-01B", Kinds: certificates(), Severity: rules.Warn,
		Source: "IPPC (1997), Article V.1: certificates are for export to another country",
		From:   ippc1997(),
		EN:     "{0} is both the country of export and of import",
		ZH:     "出口国与进口国同为{0}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find(consignment + "/ImportSPSCountry")
			code := at.Find("ID").Text()
			if code != "" && code == d.Root.Find(consignment+"/ExportSPSCountry/ID").Text() {
				report(at, code)
			}
		},
	}
}
