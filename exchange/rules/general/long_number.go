package general

import (
	"strconv"
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// longNumber is GEN-26. A schema takes figures of any length; rules read those of
// rules.NumberLimit characters, and so that none is passed over in silence, longer
// ones are refused.
func longNumber() rules.Rule {
	return rules.Rule{
		Code: "GEN-26", Severity: rules.Reject,
		Source: "Arithmetic: a figure that is not read cannot be judged",
		EN:     "{0} has the value {1}; a figure has at most {2} characters",
		ZH:     "{0}的值为{1}；数值最多{2}个字符",
		Check: func(d *rules.Document, report rules.Report) {
			eachOwn(d, rules.Figured, func(n strict.Node) {
				if holdsNumber(n.Local()) && n.TextIs(tooLong) {
					report(n, n.Local(), n.Text(), strconv.Itoa(rules.NumberLimit))
				}
			})
		},
	}
}

func tooLong(figure []byte) bool { return len(figure) > rules.NumberLimit }

// holdsNumber reports whether an element holds a figure, by its name in UBL, in a
// trade licence or in an SPS certificate.
func holdsNumber(name string) bool {
	for _, suffix := range [...]string{"Amount", "Quantity", "Measure", "Numeric", "Percent"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
