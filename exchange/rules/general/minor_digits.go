package general

import (
	"strconv"
	"strings"

	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// minorDigits is GEN-06. Prices of a unit may be finer than the coin, amounts
// may not; zeros at the end do not count.
func minorDigits() rules.Rule {
	return rules.Rule{
		Code: "GEN-06", Severity: rules.Warn,
		Source: "ISO 4217: digits of the minor unit",
		EN:     "{0} {1} has {2} decimal places; {1} has {3}",
		ZH:     "{1}{0}有{2}位小数；该货币最多{3}位",
		Check: func(d *rules.Document, report rules.Report) {
			eachOwn(d, rules.Attributed, func(n strict.Node) {
				currency := n.Attr("currencyID")
				digits, known := codes.Currency(currency)
				if currency == "" || !known || digits < 0 || strings.Contains(n.Local(), "Price") {
					return
				}
				_, fraction, _ := strings.Cut(n.Text(), ".")
				if used := len(strings.TrimRight(fraction, "0")); used > digits {
					report(n, n.Text(), currency, strconv.Itoa(used), strconv.Itoa(digits))
				}
			})
		},
	}
}
