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
			every(d.Root, func(n strict.Node) {
				switch n.Local() {
				case "TransportModeCode", "ModeCode":
					if code := n.Text(); code != "" && !codes.TransportMode(code) {
						report(n, code)
					}
				}
			})
		},
	}
}
