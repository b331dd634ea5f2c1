package declaration

import (
	"math/big"

	"beibu/exchange/rules"
)

// itemCount is DEC-05.
func itemCount() rules.Rule {
	return rules.Rule{
		Code: "DEC-05", Kinds: all(), Severity: rules.Reject,
		Source: "WCO Data Model, GoodsItemQuantity; UBL Shipment/TotalGoodsItemQuantity; arithmetic",
		EN:     "{0} goods items are announced; {1} are there",
		ZH:     "注明商品项数为{0}，实有{1}项",
		Check: func(d *rules.Document, report rules.Report) {
			for shipment := range body(d).All("Shipment") {
				at := shipment.Find("TotalGoodsItemQuantity")
				announced, ok := rules.Number(at)
				there := 0
				for range shipment.All("GoodsItem") {
					there++
				}
				if ok && there > 0 && announced.Cmp(big.NewRat(int64(there), 1)) != 0 {
					report(at, rules.Decimal(announced), count(there))
				}
			}
		},
	}
}
