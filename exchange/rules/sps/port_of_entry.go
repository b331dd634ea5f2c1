package sps

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
)

// portOfEntry is SPS-23. Only codes in the form of a UN/LOCODE are judged.
func portOfEntry() rules.Rule {
	return rules.Rule{
		Code: "SPS-23", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: declared point of entry; Appendix 1: UN/LOCODE",
		EN:     "the port of entry {0} is not in {1}, the country of import",
		ZH:     "入境口岸{0}不在进口国{1}",
		Check: func(d *rules.Document, report rules.Report) {
			country := d.Root.Find(consignment + "/ImportSPSCountry/ID").Text()
			at := d.Root.Find(consignment + "/UnloadingBaseportSPSLocation/ID")
			if code := at.Text(); codes.LocationCode(code) && country != "" && code[:2] != country {
				report(at, code, country)
			}
		},
	}
}
