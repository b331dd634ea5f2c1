package general

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// locationCountry is GEN-14. The code stands in a location with an address, or
// in the address itself, once: only an ID, of which there is one, is looked at.
func locationCountry() rules.Rule {
	return rules.Rule{
		Code: "GEN-14", Severity: rules.Warn,
		Source: "UN/LOCODE: the first two letters are the country",
		EN:     "the place {0} is not in {1}, the country of its address",
		ZH:     "地点{0}不在其地址所在国{1}",
		Check: func(d *rules.Document, report rules.Report) {
			own := d.BuiltIn()
			d.Each(rules.Coded|rules.Attributed, func(n strict.Node) {
				code, meant := locode(own, n)
				if !meant || n.Local() != "ID" || !codes.LocationCode(code) {
					return
				}
				for _, path := range [...]string{"Address/Country/IdentificationCode", "Country/IdentificationCode"} {
					country := n.Parent().Find(path).Text()
					if country != "" && country != code[:2] {
						report(n, code, country)
					}
				}
			})
		},
	}
}
