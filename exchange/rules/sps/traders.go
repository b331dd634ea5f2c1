package sps

import "beibu/exchange/rules"

// traders is SPS-13C.
func traders() rules.Rule {
	return rules.Rule{
		Code: "SPS-13C", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: names of exporter and consignee",
		EN:     "{0} has no name",
		ZH:     "{0}没有名称",
		Check: func(d *rules.Document, report rules.Report) {
			for _, role := range [...]string{"ConsignorSPSParty", "ConsigneeSPSParty"} {
				if at := d.Root.Find(consignment + "/" + role); at.Find("Name").Text() == "" {
					report(at, role)
				}
			}
		},
	}
}
