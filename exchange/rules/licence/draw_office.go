package licence

import "beibu/exchange/rules"

// drawOffice is LIC-01B: a draw happens at an office that the licence names.
func drawOffice() rules.Rule {
	return rules.Rule{
		Code: "LIC-01B", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: one licence, one customs office (一证一关)",
		EN:     "drawn at customs office {0}, which the licence does not name",
		ZH:     "在海关{0}核销，但许可证未列明该海关",
		Check: func(d *rules.Document, report rules.Report) {
			named := make(map[string]bool)
			for office := range d.Root.All("CustomsOffice/ID") {
				named[office.Text()] = true
			}
			for office := range d.Root.All("GoodsItem/WriteOff/CustomsOfficeID") {
				if !named[office.Text()] {
					report(office, office.Text())
				}
			}
		},
	}
}
