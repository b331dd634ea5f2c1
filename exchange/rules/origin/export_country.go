package origin

import "beibu/exchange/rules"

// exportCountry is CO-01B.
func exportCountry() rules.Rule {
	return rules.Rule{
		Code: "CO-01B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 2: an authority of the exporting Party",
		EN:     "the goods are exported from {0}; the certificate was issued in {1}",
		ZH:     "货物从{0}出口，证书却由{1}签发",
		Check: func(d *rules.Document, report rules.Report) {
			_, issued := issuing(d.Root)
			at := d.Root.Find(application + "/Shipment/ExportCountry/IdentificationCode")
			if code := at.Text(); formE(d.Root) && code != "" && issued != "" && code != issued {
				report(at, code, issued)
			}
		},
	}
}
