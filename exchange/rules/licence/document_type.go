package licence

import "beibu/exchange/rules"

// documentType is LIC-19C: the type code says what the root says.
func documentType() rules.Rule {
	return rules.Rule{
		Code: "LIC-19C", Kinds: both(), Severity: rules.Reject,
		Source: "UNCL 1001: 811 export licence, 911 import licence",
		EN:     "document type {0} is not {1}, as this licence should have",
		ZH:     "单证类型代码为{0}，本许可证应为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			want := "911"
			if d.Kind == exportLicence {
				want = "811"
			}
			if at := d.Root.Find("TypeCode"); at.Exists() && at.Text() != want {
				report(at, at.Text(), want)
			}
		},
	}
}
