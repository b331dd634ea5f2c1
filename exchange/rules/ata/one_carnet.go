package ata

import "beibu/exchange/rules"

// oneCarnet is ATA-21C. A claim is about one carnet, and so are its counterfoils.
func oneCarnet() rules.Rule {
	return rules.Rule{
		Code: "ATA-21C", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "HMRC, ATACPD06200: a counterfoil belongs to the carnet whose number it bears",
		EN:     "counterfoil of carnet {0} in a document about carnet {1}",
		ZH:     "单证册{0}的存根出现在关于单证册{1}的单证中",
		Check: func(d *rules.Document, report rules.Report) {
			about := d.Root.Find("GoodsItemPassportID").Text()
			if d.Kind == carnet {
				about = d.Root.Find("ID").Text()
			}
			for at := range d.Root.All("GoodsItemPassportCounterfoil/GoodsItemPassportID") {
				if about == "" {
					about = at.Text() // a proof names its carnet nowhere else
				}
				if at.Text() != "" && at.Text() != about {
					report(at, at.Text(), about)
				}
			}
		},
	}
}
