package general

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// negative is GEN-10. Temperatures and amounts of money may be below zero;
// weights, volumes and numbers of things may not.
func negative() rules.Rule {
	return rules.Rule{
		Code: "GEN-10", Severity: rules.Reject,
		Source: "Arithmetic: weights, volumes and counts are not below zero",
		EN:     "{0} is {1}, below zero",
		ZH:     "{0}为{1}，小于零",
		Check: func(d *rules.Document, report rules.Report) {
			eachOwn(d, rules.Figured, func(n strict.Node) {
				name := n.Local()
				if !counts(name) || !n.TextIs(signed) {
					return
				}
				if v, ok := rules.Number(n); ok && v.Sign() < 0 {
					report(n, name, n.Text())
				}
			})
		},
	}
}

// counts tells whether an element holds a weight, a volume or a number of things.
func counts(name string) bool {
	return strings.HasSuffix(name, "Quantity") || strings.HasSuffix(name, "WeightMeasure") ||
		strings.HasSuffix(name, "VolumeMeasure")
}

func signed(figure []byte) bool { return len(figure) > 0 && figure[0] == '-' }
