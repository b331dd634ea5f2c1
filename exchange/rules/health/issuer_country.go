package health

import "beibu/exchange/rules"

// issuerCountry is HLT-12.
func issuerCountry() rules.Rule {
	return rules.Rule{
		Code: "HLT-12", Kinds: certificates(), Severity: rules.Reject,
		Source: "Codex CXG 38-2001: issued by the competent authority of the exporting country",
		EN:     "issued by an authority in {0}; the goods are exported from {1}, whose authority must issue",
		ZH:     "签发机构位于{0}；货物从{1}出口，须由该国主管机构签发",
		Check: func(d *rules.Document, report rules.Report) {
			at, issued := country(d.Root.Find("IssuerParty"))
			export := d.Root.Find("Shipment/ExportCountry/IdentificationCode").Text()
			if export == "" {
				_, export = country(d.Root.Find("ExporterParty"))
			}
			if issued != "" && export != "" && issued != export {
				report(at, issued, export)
			}
		},
	}
}
