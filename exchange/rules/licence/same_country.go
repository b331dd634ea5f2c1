package licence

import "beibu/exchange/rules"

// sameCountry is LIC-25. It only warns, since goods of a country do come back
// to it under a licence.
func sameCountry() rules.Rule {
	return rules.Rule{
		Code: "LIC-25", Kinds: both(), Severity: rules.Warn,
		Source: "WCO Data Model, ExportationCountry and Destination; common practice",
		EN:     "goods go from {0} to {0}",
		ZH:     "出口国与目的国同为{0}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("DestinationCountryCode")
			if from := d.Root.Find("ExportationCountryCode").Text(); from != "" && from == at.Text() {
				report(at, from)
			}
		},
	}
}
