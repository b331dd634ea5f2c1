package declaration

import (
	"math/big"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// netWeightSum is DEC-04B. It speaks where every item has a net weight. A
// thousandth of the total, and one kilogram, are let pass as rounding.
func netWeightSum() rules.Rule {
	return rules.Rule{
		Code: "DEC-04B", Kinds: all(), Severity: rules.Warn,
		Source: "common practice: the net weights of the items sum up to the total",
		EN:     "the net weight is {0} kg; the items sum up to {1} kg",
		ZH:     "净重合计为{0}千克；各商品项净重之和为{1}千克",
		Check: func(d *rules.Document, report rules.Report) {
			for shipment := range body(d).All("Shipment") {
				at := shipment.Find("NetWeightMeasure")
				total, ok := kilograms(at)
				if !ok {
					continue
				}
				sum, ok := netWeight(shipment)
				if !ok {
					continue
				}
				off := new(big.Rat).Sub(total, sum)
				allowed := new(big.Rat).Mul(total, big.NewRat(1, 1000))
				if off.Abs(off).Cmp(allowed.Add(allowed, big.NewRat(1, 1))) > 0 {
					report(at, rules.Decimal(total), rules.Decimal(sum))
				}
			}
		},
	}
}

// netWeight sums up the items of a shipment, if it has any and each has a
// weight.
func netWeight(shipment strict.Node) (*big.Rat, bool) {
	sum, some := new(big.Rat), false
	for item := range shipment.All("GoodsItem") {
		net, ok := kilograms(item.Find("NetWeightMeasure"))
		if !ok {
			return nil, false
		}
		sum.Add(sum, net)
		some = true
	}
	return sum, some
}
