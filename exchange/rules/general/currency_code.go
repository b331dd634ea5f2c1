package general

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// currencyCode is GEN-04B.
func currencyCode() rules.Rule {
	return rules.Rule{
		Code: "GEN-04B", Severity: rules.Reject,
		Source: "ISO 4217",
		EN:     "{0} is not a currency code",
		ZH:     "{0}不是货币代码",
		Check: func(d *rules.Document, report rules.Report) {
			every(d.Root, func(n strict.Node) {
				code := n.Attr("currencyID")
				if _, known := codes.Currency(code); code != "" && !known {
					report(n, code)
				}
			})
		},
	}
}
