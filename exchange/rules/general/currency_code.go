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
			own := d.BuiltIn()
			d.Each(rules.Attributed, func(n strict.Node) {
				code := currencyOf(own, n)
				if _, known := codes.Currency(code); code != "" && !known {
					report(n, code)
				}
			})
		},
	}
}

// currencyOf returns the currency that an element names, or "". In a kind of a
// pack it must say that it is of ISO 4217.
func currencyOf(own bool, n strict.Node) string {
	if own {
		return n.Attr("currencyID")
	}
	if rules.Names(rules.Scheme(n), rules.ISO4217) {
		return n.Text()
	}
	return ""
}
