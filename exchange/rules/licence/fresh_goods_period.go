package licence

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// freshGoodsPeriod is LIC-06C. It only warns: that chapters 01 and 02 of the
// Harmonised System are the fresh goods meant is our reading.
func freshGoodsPeriod() rules.Rule {
	return rules.Rule{
		Code: "LIC-06C", Kinds: exports(), Severity: rules.Warn,
		Source: "Chinese export licence measures: fresh goods for Hong Kong and Macao, 1 month",
		EN:     "expires on {0}; a licence for live or chilled goods to Hong Kong or Macao effective from {1} ends by {2}",
		ZH:     "有效期至{0}；自{1}起生效的供港澳鲜活冷冻商品出口许可证有效期为1个月，最迟至{2}",
		Check: func(d *rules.Document, report rules.Report) {
			first, last, ok := period(d.Root)
			if !ok || !isFreshForHongKong(d.Root) {
				return
			}
			if end := rules.AddMonths(first, 1); last.After(end) {
				report(d.Root.Find("ExpirationDate"), written(last), written(first), written(end))
			}
		},
	}
}

// isFreshForHongKong tells whether an export licence is for nothing but live
// animals and meat to Hong Kong or Macao.
func isFreshForHongKong(licence strict.Node) bool {
	to := licence.Find("DestinationCountryCode").Text()
	if to != "HK" && to != "MO" || !isOneOf(ordinaryExport, licence.Find("CategoryCode").Text()) {
		return false
	}
	found := false
	for line := range licence.All("GoodsItem") {
		code := commodity(line)
		if !code.Exists() {
			continue
		}
		if chapter := prefix(code, 2); chapter != "01" && chapter != "02" {
			return false
		}
		found = true
	}
	return found
}

// commodity returns the element that holds the HS code of a line, or none.
func commodity(line strict.Node) strict.Node { return rules.HS(line, "Commodity/Classification/ID") }

// prefix returns the first n digits of an HS code, or all of a shorter one.
func prefix(code strict.Node, n int) string {
	digits := rules.HSDigits(code)
	return digits[:min(n, len(digits))]
}
