package general

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// socialCredit is GEN-18.
func socialCredit() rules.Rule {
	return rules.Rule{
		Code: "GEN-18", Severity: rules.Reject,
		Source: "GB 32100-2015: 18 characters, the last of which checks the others",
		From:   gb32100(),
		EN:     "{0} is not a unified social credit code: its form or its check character is wrong",
		ZH:     "{0}不是有效的统一社会信用代码：格式或校验码有误",
		Check: func(d *rules.Document, report rules.Report) {
			every(d.Root, func(n strict.Node) {
				if n.Attr("schemeID") == "USCC" && !codes.SocialCredit(n.Text()) {
					report(n, n.Text())
				}
			})
		},
	}
}
