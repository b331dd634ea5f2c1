package sps

import "beibu/exchange/rules"

// certificateType is SPS-07.
func certificateType() rules.Rule {
	return rules.Rule{
		Code: "SPS-07", Kinds: certificates(), Severity: rules.Reject,
		Source: "UNCL 1001: 851 and 657 phytosanitary, 852 sanitary, 853 veterinary, 636 health",
		EN:     "{0} is not a type of certificate; allowed are 851, 657, 852, 853 and 636",
		ZH:     "{0}不是证书类型；可用851、657、852、853、636",
		Check: func(d *rules.Document, report rules.Report) {
			switch code := certificateCode(d.Root); code {
			case phytosanitary, reexport, sanitary, veterinary, health:
			default:
				report(d.Root.Find(head+"/TypeCode"), code)
			}
		},
	}
}
