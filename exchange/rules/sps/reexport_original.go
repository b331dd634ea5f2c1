package sps

import "beibu/exchange/rules"

// reexportOriginal is SPS-08.
func reexportOriginal() rules.Rule {
	return rules.Rule{
		Code: "SPS-08", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 6: a re-export certificate goes with the original one",
		EN:     "a re-export certificate must name the original phytosanitary certificate among its references (type 851 or 657)",
		ZH:     "转口植物检疫证书须引用原植物检疫证书（类型851或657）",
		Check: func(d *rules.Document, report rules.Report) {
			if certificateCode(d.Root) != reexport {
				return
			}
			for ref := range d.Root.All(head + "/ReferenceSPSReferencedDocument") {
				code := ref.Find("TypeCode").Text()
				if (code == phytosanitary || code == reexport) && ref.Find("ID").Text() != "" {
					return
				}
			}
			report(d.Root.Find(head))
		},
	}
}
