package general

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// countryCode is GEN-04.
func countryCode() rules.Rule {
	return rules.Rule{
		Code: "GEN-04", Severity: rules.Reject,
		Source: "ISO 3166-1 alpha-2",
		EN:     "{0} is not a country code",
		ZH:     "{0}不是国家代码",
		Check: func(d *rules.Document, report rules.Report) {
			own := d.BuiltIn()
			d.Each(rules.Coded|rules.Attributed, func(n strict.Node) {
				if !holdsCountry(own, n) {
					return
				}
				if code := n.Text(); code != "" && !codes.Country(code) {
					report(n, code)
				}
			})
		},
	}
}

// holdsCountry tells whether an element holds a country code: in UBL, in a trade
// licence, or in an SPS certificate. In a kind of a pack it must say so.
func holdsCountry(own bool, n strict.Node) bool {
	if !own {
		return rules.Names(rules.Scheme(n), rules.ISO3166)
	}
	switch name := n.Local(); name {
	case "IdentificationCode":
		return strings.HasSuffix(n.Parent().Local(), "Country")
	case "CountryID":
		return true
	case "ID":
		return strings.HasSuffix(n.Parent().Local(), "SPSCountry")
	default:
		return strings.HasSuffix(name, "CountryCode")
	}
}
