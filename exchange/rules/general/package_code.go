package general

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// packageCode is GEN-04D.
func packageCode() rules.Rule {
	return rules.Rule{
		Code: "GEN-04D", Severity: rules.Warn,
		Source: "UNECE Recommendation 21",
		EN:     "{0} is not a package code of Recommendation 21",
		ZH:     "{0}不是第21号建议书的包装代码",
		Check: func(d *rules.Document, report rules.Report) {
			own := d.BuiltIn()
			d.Each(rules.Coded|rules.Attributed, func(n strict.Node) {
				if !holdsPackage(own, n) {
					return
				}
				if code := n.Text(); code != "" && !codes.Package(code) {
					report(n, code)
				}
			})
		},
	}
}

// holdsPackage reports whether an element holds a package code, in UBL or in an SPS
// certificate. In a kind of a pack it must say so.
func holdsPackage(own bool, n strict.Node) bool {
	if !own {
		return rules.Names(rules.Scheme(n), rules.Rec21)
	}
	switch n.Local() {
	case "PackagingTypeCode":
		return true
	case "TypeCode":
		return n.Parent().Local() == "PhysicalSPSPackage"
	}
	return false
}
