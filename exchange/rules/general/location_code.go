package general

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// locationCode is GEN-04E. Places outside China and ASEAN are not listed, so of
// theirs only the form is judged.
func locationCode() rules.Rule {
	return rules.Rule{
		Code: "GEN-04E", Severity: rules.Warn,
		Source: "UN/LOCODE",
		EN:     "{0} is not a place in UN/LOCODE",
		ZH:     "{0}不是UN/LOCODE中的地点",
		Check: func(d *rules.Document, report rules.Report) {
			own := d.BuiltIn()
			d.Each(rules.Coded|rules.Attributed, func(n strict.Node) {
				code, meant := locode(own, n)
				if !meant || code == "" {
					return
				}
				if _, listed := codes.Location(code); listed {
					return
				}
				if !codes.LocationCode(code) || codes.Covered(code[:2]) {
					report(n, code)
				}
			})
		},
	}
}
