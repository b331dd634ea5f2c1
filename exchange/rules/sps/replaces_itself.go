package sps

import "beibu/exchange/rules"

// replacesItself is SPS-09B.
func replacesItself() rules.Rule {
	return rules.Rule{
		Code: "SPS-09B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 4: a replacement has a number of its own",
		EN:     "the certificate {0} says that it replaces itself",
		ZH:     "证书{0}声明替换其自身",
		Check: func(d *rules.Document, report rules.Report) {
			at, replaced := note(d.Root, "ADRPN")
			if replaced != "" && replaced == d.Root.Find(head+"/ID").Text() {
				report(at, replaced)
			}
		},
	}
}
