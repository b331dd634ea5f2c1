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
			every(d.Root, func(n strict.Node) {
				if !holdsPackage(n) {
					return
				}
				if code := n.Text(); code != "" && !codes.Package(code) {
					report(n, code)
				}
			})
		},
	}
}

func holdsPackage(n strict.Node) bool {
	switch n.Local() {
	case "PackagingTypeCode":
		return true
	case "TypeCode":
		return n.Parent().Local() == "PhysicalSPSPackage"
	}
	return false
}
