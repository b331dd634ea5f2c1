package declaration

import (
	"math/big"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// packageCount is DEC-05B. It speaks where a shipment has one consignment and
// every item says how many packages it is in.
func packageCount() rules.Rule {
	return rules.Rule{
		Code: "DEC-05B", Kinds: all(), Severity: rules.Reject,
		Source: "WCO Data Model, TotalPackageQuantity; UBL Consignment/TotalPackagesQuantity; arithmetic",
		EN:     "{0} packages are announced; the items are in {1}",
		ZH:     "注明总件数为{0}；各商品项件数之和为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			for shipment := range body(d).All("Shipment") {
				at, ok := onlyTotal(shipment)
				if !ok {
					continue
				}
				announced, hasTotal := rules.Number(at)
				there, hasPackages := packages(shipment)
				if hasTotal && hasPackages && announced.Cmp(there) != 0 {
					report(at, rules.Decimal(announced), rules.Decimal(there))
				}
			}
		},
	}
}

// onlyTotal returns the package count of a shipment's only consignment.
func onlyTotal(shipment strict.Node) (strict.Node, bool) {
	var only strict.Node
	for consignment := range shipment.All("Consignment") {
		if only.Exists() {
			return strict.Node{}, false
		}
		only = consignment
	}
	total := only.Find("TotalPackagesQuantity")
	return total, total.Exists()
}

// packages sums up the packages that hold the items of a shipment, if it has
// any item and each is in packages.
func packages(shipment strict.Node) (*big.Rat, bool) {
	sum, some := new(big.Rat), false
	for item := range shipment.All("GoodsItem") {
		packed := false
		for at := range item.All("ContainingPackage/Quantity") {
			n, ok := rules.Number(at)
			if !ok {
				return nil, false
			}
			sum.Add(sum, n)
			packed = true
		}
		if !packed {
			return nil, false
		}
		some = true
	}
	return sum, some
}
