package sps

import "beibu/exchange/rules"

// number is SPS-13.
func number() rules.Rule {
	return rules.Rule{
		Code: "SPS-13", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: number of the certificate",
		EN:     "the certificate has no number",
		ZH:     "证书没有编号",
		Check: func(d *rules.Document, report rules.Report) {
			if at := d.Root.Find(head); at.Find("ID").Text() == "" {
				report(at)
			}
		},
	}
}
