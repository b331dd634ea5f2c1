package general

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// creditCheck is GEN-18D. Some codes that were given to real companies do not
// satisfy the standard, so a person looks at it.
func creditCheck() rules.Rule {
	return rules.Rule{
		Code: "GEN-18D", Severity: rules.Hold,
		Source: "GB 32100-2015: the last of the 18 characters checks the others",
		From:   gb32100(),
		EN:     "the unified social credit code {0} does not check out: its last character does not fit the others",
		ZH:     "统一社会信用代码{0}校验不符：末位校验码与其他各位不一致",
		Check: func(d *rules.Document, report rules.Report) {
			d.Each(rules.Attributed, func(n strict.Node) {
				if !namesCredit(n) {
					return
				}
				if code := n.Text(); codes.SocialCreditForm(code) && !codes.SocialCredit(code) {
					report(n, code)
				}
			})
		},
	}
}
