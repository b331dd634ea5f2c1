package declaration

import (
	"slices"

	"beibu/exchange/rules"
)

// graphites returns the Chinese subheadings of flake graphite, spherical
// graphite among it, and of expanded graphite.
func graphites() []string { return []string{"25041010", "25041091", "38019010"} }

// graphiteLicence is DEC-16B.
func graphiteLicence() rules.Rule {
	return rules.Rule{
		Code: "DEC-16B", Kinds: exports(), Severity: rules.Warn,
		Source: "MOFCOM and GACC Announcement 2023/39: export control of graphite, from 1 December 2023",
		From:   graphiteControl(),
		EN:     "graphite of commodity code {0} is a dual-use item; no export licence is cited for it",
		ZH:     "商品编号{0}的石墨属于两用物项；未注明出口许可证",
		Check: func(d *rules.Document, report rules.Report) {
			if !madeInChina(d) || cites(body(d), exportLicences()) {
				return
			}
			for item := range items(d) {
				at := commodity(item)
				if slices.Contains(graphites(), prefix(at, 8)) && !cites(item, exportLicences()) {
					report(at, at.Text())
				}
			}
		},
	}
}
