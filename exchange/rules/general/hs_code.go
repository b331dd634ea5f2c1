package general

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// hsCode is GEN-13. Six digits are international, eight ASEAN's, ten China's.
// Chapter 98 (special transactions) is not of the Harmonized System but of
// China's tariff, by which Chinese declarations go.
func hsCode() rules.Rule {
	return rules.Rule{
		Code: "GEN-13", Severity: rules.Warn,
		Source: "Harmonized System: chapters 01 to 97 without 77, six digits and national ones; Customs tariff of China: chapter 98",
		EN:     "{0} is not an HS code; it has 6, 8 or 10 digits and begins with a chapter from 01 to 98",
		ZH:     "{0}不是HS编码；应为6、8或10位数字，并以01至98章开头",
		Check: func(d *rules.Document, report rules.Report) {
			own := d.BuiltIn()
			d.Each(rules.Coded|rules.Attributed, func(n strict.Node) {
				if own && !holdsCode(n.Local()) || !rules.SaysHS(n) {
					return
				}
				if code := n.Text(); code != "" && !isHS(code) {
					report(n, code)
				}
			})
		},
	}
}

// holdsCode reports whether an element may hold a code, by its name in the kinds of
// the exchange's own.
func holdsCode(name string) bool {
	return strings.HasSuffix(name, "Code") || strings.HasSuffix(name, "ID")
}

func isHS(code string) bool {
	digits := strings.ReplaceAll(code, ".", "")
	if strings.Trim(digits, "0123456789") != "" {
		return false
	}
	switch len(digits) {
	case 6, 8, 10:
		chapter := digits[:2]
		return chapter != "00" && chapter != "77" && chapter < "99"
	}
	return false
}
