package origin

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// numberForm is CO-14. Only certificates that China issues are judged: E, two
// digits of the year, and twelve or thirteen letters and digits.
func numberForm() rules.Rule {
	return rules.Rule{
		Code: "CO-14", Kinds: certificates(), Severity: rules.Warn,
		Source: "Chinese Form E numbers, such as E09470ZC11220001",
		EN:     "{0} does not have the form of a Chinese Form E number, such as E09470ZC11220001",
		ZH:     "{0}不符合中国E类证书编号格式（例如E09470ZC11220001）",
		Check: func(d *rules.Document, report rules.Report) {
			if chineseFormE(d.Root) && !formNumber(d.Root.Find("ID").Text()) {
				report(d.Root.Find("ID"), d.Root.Find("ID").Text())
			}
		},
	}
}

func chineseFormE(root strict.Node) bool {
	_, issued := issuing(root)
	return formE(root) && issued == "CN"
}

func formNumber(number string) bool {
	if len(number) < 15 || len(number) > 17 || number[0] != 'E' {
		return false
	}
	return strings.Trim(number[1:3], "0123456789") == "" &&
		strings.Trim(number[3:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}
