package general

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// socialCredit is GEN-18. A code that only fails its check character is for
// GEN-18D.
func socialCredit() rules.Rule {
	return rules.Rule{
		Code: "GEN-18", Severity: rules.Reject,
		Source: "GB 32100-2015: 18 characters, the last of which checks the others",
		From:   gb32100(),
		EN:     "{0} is not a unified social credit code: it does not have the form of one, 18 digits and capital letters without I, O, S, V and Z",
		ZH:     "{0}不是有效的统一社会信用代码：格式有误，应为18位数字或大写字母（不使用I、O、S、V、Z）",
		Check: func(d *rules.Document, report rules.Report) {
			d.Each(rules.Attributed, func(n strict.Node) {
				if namesCredit(n) && !codes.SocialCreditForm(n.Text()) {
					report(n, n.Text())
				}
			})
		},
	}
}

// namesCredit reports whether an element says that it holds a unified social
// credit code.
func namesCredit(n strict.Node) bool { return rules.Is(n.Attr("schemeID"), "USCC") }
