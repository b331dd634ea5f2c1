package health

import (
	"strings"

	"beibu/exchange/rules"
)

// certificateType is HLT-10. Codes with letters are private ones, such as the
// ChinaFish of the UBL examples, and are not judged.
func certificateType() rules.Rule {
	return rules.Rule{
		Code: "HLT-10", Kinds: certificates(), Severity: rules.Reject,
		Source: "UNCL 1001: 636 health, 852 sanitary, 853 veterinary, 856 inspection certificate",
		EN:     "{0} is not a type of health certificate; allowed are 636, 852, 853 and 856",
		ZH:     "{0}不是卫生证书类型；可用636、852、853、856",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("TypeCode")
			switch code := at.Text(); code {
			case "", "636", "852", "853", "856":
			default:
				if strings.Trim(code, "0123456789") == "" {
					report(at, code)
				}
			}
		},
	}
}
