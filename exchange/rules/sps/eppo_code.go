package sps

import (
	"strings"

	"beibu/exchange/rules"
)

// eppoCode is SPS-12B. The codes of plants have five letters or digits, those of
// genera and higher ranks begin with 1 and have six.
func eppoCode() rules.Rule {
	return rules.Rule{
		Code: "SPS-12B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, Appendix 1: scientific names by EPPO code",
		EN:     "{0} does not have the form of an EPPO code, such as DURZI or 1CIDG",
		ZH:     "{0}不符合EPPO代码格式（例如DURZI或1CIDG）",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range goodsLines(d.Root) {
				for class := range line.All("ApplicableSPSClassification") {
					code := class.Find("ClassCode")
					if inSystem(class, "EPPO") && !isEPPO(code.Text()) {
						report(class, code.Text())
					}
				}
			}
		},
	}
}

func isEPPO(code string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	switch len(code) {
	case 5:
		return strings.Trim(code, letters+"0123456789") == ""
	case 6:
		return strings.Trim(code[1:], letters) == "" && (code[0] == '1' || strings.Trim(code[:1], letters) == "")
	}
	return false
}
