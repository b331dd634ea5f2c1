package sps

import "beibu/exchange/rules"

// issuerCountry is SPS-01. An issuer that gives no address is not judged.
func issuerCountry() rules.Rule {
	return rules.Rule{
		Code: "SPS-01", Kinds: certificates(), Severity: rules.Reject,
		Source: "IPPC (1997), Article V.2(a): issued by officers of the exporting country's organisation",
		From:   ippc1997(),
		EN:     "issued by an authority in {0}; the goods are exported from {1}, whose authority must issue",
		ZH:     "签发机构位于{0}；货物从{1}出口，须由该国主管机构签发",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find(head + "/IssuerSPSParty/SpecifiedSPSAddress/CountryID")
			export := d.Root.Find(consignment + "/ExportSPSCountry/ID").Text()
			if code := at.Text(); code != "" && export != "" && code != export {
				report(at, code, export)
			}
		},
	}
}
