package general

import (
	"strconv"
	"strings"

	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
)

// figureRules are about amounts, weights and counts.
var figureRules = []rules.Rule{
	{
		Code: "GEN-06", Severity: rules.Warn,
		Source: "ISO 4217: digits of the minor unit",
		EN:     "{0} {1} has {2} decimal places; {1} has {3}",
		ZH:     "{1}{0}有{2}位小数；该货币最多{3}位",
		Reads:  []rules.Input{rules.Priced},
		Check:  checkMinorDigits,
	},
	{
		Code: "GEN-10", Severity: rules.Reject,
		Source: "Arithmetic: weights, volumes and counts are not below zero",
		EN:     "{0} is {1}, below zero",
		ZH:     "{0}为{1}，小于零",
		Reads:  []rules.Input{rules.Figured},
		Check:  checkNegative,
	},
	{
		Code: "GEN-26", Severity: rules.Reject,
		Source: "Arithmetic: a figure that is not read cannot be judged",
		EN:     "{0} has the value {1}; a figure has at most {2} characters",
		ZH:     "{0}的值为{1}；数值最多{2}个字符",
		Reads:  []rules.Input{rules.Figured},
		Check:  checkLongNumber,
	},
}

// checkMinorDigits leaves out prices of a unit, which may be finer than the
// smallest coin. Zeros at the end do not count.
func checkMinorDigits(d *rules.Document, report rules.Report) {
	eachOwn(d, rules.Priced, func(n rules.Element) {
		currency := n.Attr("currencyID")
		digits, known := codes.Currency(currency)
		if currency == "" || !known || digits < 0 || strings.Contains(n.Local(), "Price") {
			return
		}
		_, fraction, _ := strings.Cut(n.Text(), ".")
		if used := len(strings.TrimRight(fraction, "0")); used > digits {
			report(n.Node, n.Text(), currency, strconv.Itoa(used), strconv.Itoa(digits))
		}
	})
}

// checkNegative leaves out temperatures and amounts of money, which may be below
// zero.
func checkNegative(d *rules.Document, report rules.Report) {
	eachOwn(d, rules.Figured, func(n rules.Element) {
		name := n.Local()
		if !measuresGoods(name) || !n.TextIs(hasMinus) {
			return
		}
		if v, ok := values.Number(n.Node); ok && v.Sign() < 0 {
			report(n.Node, name, n.Text())
		}
	})
}

// measuresGoods reports whether an element holds a weight, a volume or a number
// of things, by its name.
func measuresGoods(name string) bool {
	return strings.HasSuffix(name, "Quantity") || strings.HasSuffix(name, "WeightMeasure") ||
		strings.HasSuffix(name, "VolumeMeasure")
}

func hasMinus(figure []byte) bool { return len(figure) > 0 && figure[0] == '-' }

// checkLongNumber refuses a figure of more than [values.NumberLimit] characters:
// a schema allows any length, but no other rule reads longer figures, and none
// may pass unchecked.
func checkLongNumber(d *rules.Document, report rules.Report) {
	eachOwn(d, rules.Figured, func(n rules.Element) {
		if holdsNumber(n.Local()) && n.TextIs(tooLong) {
			report(n.Node, n.Local(), n.Text(), strconv.Itoa(values.NumberLimit))
		}
	})
}

func tooLong(figure []byte) bool { return len(figure) > values.NumberLimit }

// holdsNumber reports whether an element holds a figure, by its name in UBL, in
// a trade licence or in an SPS certificate.
func holdsNumber(name string) bool {
	for _, suffix := range [...]string{"Amount", "Quantity", "Measure", "Numeric", "Percent"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
