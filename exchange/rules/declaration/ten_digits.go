package declaration

import "beibu/exchange/rules"

// tenDigits is DEC-02.
func tenDigits() rules.Rule {
	return rules.Rule{
		Code: "DEC-02", Kinds: importsAndExports(), Severity: rules.Reject,
		Source: "Chinese declaration rules: commodity codes (CodeTS) have 10 digits",
		EN:     "commodity code {0} does not have the 10 digits of a Chinese declaration",
		ZH:     "商品编号{0}不是10位数字",
		Check: func(d *rules.Document, report rules.Report) {
			if !madeInChina(d) {
				return
			}
			for item := range items(d) {
				if at := commodity(item); at.Exists() && !isDigits(at.Text(), 10) {
					report(at, at.Text())
				}
			}
		},
	}
}
