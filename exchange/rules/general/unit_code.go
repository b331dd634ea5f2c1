package general

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// unitCode is GEN-04C. A WCO unit may carry a qualifier after a number sign
// (KGM#G), which is not part of the code. In a kind of a pack it must say that it
// is of the list.
func unitCode() rules.Rule {
	return rules.Rule{
		Code: "GEN-04C", Severity: rules.Warn,
		Source: "UNECE Recommendation 20",
		EN:     "{0} is not a unit of measure of Recommendation 20",
		ZH:     "{0}不是第20号建议书的计量单位代码",
		Check: func(d *rules.Document, report rules.Report) {
			own := d.BuiltIn()
			d.Each(rules.Attributed, func(n strict.Node) {
				if !own && !rules.Names(n.Attr("unitCodeListID"), rules.Rec20) {
					return
				}
				code, _, _ := strings.Cut(n.Attr("unitCode"), "#")
				if code != "" && !codes.Unit(code) {
					report(n, code)
				}
			})
		},
	}
}
