package licence

import "beibu/exchange/rules"

// oneOffice is LIC-01: one licence, one customs office.
func oneOffice() rules.Rule {
	return rules.Rule{
		Code: "LIC-01", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: one licence, one customs office (一证一关) unless stated otherwise",
		EN:     "the licence names {0} customs offices; it may name one, unless MultipleOfficeIndicator is true",
		ZH:     "许可证列明{0}个海关；除MultipleOfficeIndicator为true外，实行一证一关，只能列明一个海关",
		Check: func(d *rules.Document, report rules.Report) {
			if rules.IsTrue(d.Root.Find("MultipleOfficeIndicator")) {
				return
			}
			offices := 0
			second := d.Root
			for office := range d.Root.All("CustomsOffice") {
				if offices++; offices == 2 {
					second = office
				}
			}
			if offices > 1 {
				report(second, count(offices))
			}
		},
	}
}
