package general

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// transportMode is GEN-04F.
func transportMode() rules.Rule {
	return rules.Rule{
		Code: "GEN-04F", Severity: rules.Warn,
		Source: "UNECE Recommendation 19",
		EN:     "{0} is not a mode of transport of Recommendation 19",
		ZH:     "{0}不是第19号建议书的运输方式代码",
		Check: func(d *rules.Document, report rules.Report) {
			own := d.BuiltIn()
			d.Each(rules.Coded|rules.Attributed, func(n strict.Node) {
				if !holdsMode(own, n) {
					return
				}
				if code := n.Text(); code != "" && !codes.TransportMode(code) {
					report(n, code)
				}
			})
		},
	}
}

// holdsMode reports whether an element holds a mode of transport, in UBL or in an
// SPS certificate. In a kind of a pack it must say so.
func holdsMode(own bool, n strict.Node) bool {
	if !own {
		return rules.Names(rules.Scheme(n), rules.Rec19)
	}
	return n.Local() == "TransportModeCode" || n.Local() == "ModeCode"
}
