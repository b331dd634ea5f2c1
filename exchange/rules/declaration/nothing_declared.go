package declaration

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// nothingDeclared is DEC-22. UBL lets a declaration be without goods, as it
// may be while it is drawn up; a person looks at one that is sent so.
func nothingDeclared() rules.Rule {
	return rules.Rule{
		Code: "DEC-22", Kinds: all(), Severity: rules.Hold,
		Source: "WCO Data Model, GoodsShipment with GovernmentAgencyGoodsItem; common practice",
		EN:     "the declaration {0} has no goods item",
		ZH:     "报关单{0}没有商品项",
		Check: func(d *rules.Document, report rules.Report) {
			for range items(d) {
				return
			}
			at := d.Root
			for _, inner := range []strict.Node{body(d), body(d).Find("Shipment")} {
				if inner.Exists() {
					at = inner
				}
			}
			report(at, d.Root.Find("ID").Text())
		},
	}
}
