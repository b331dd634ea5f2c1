package declaration

import (
	"strconv"
	"strings"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// figureRules are about totals, weights and counts.
var figureRules = []rules.Rule{
	{
		Code: "DEC-03", Kinds: all(), Severity: rules.Reject,
		Source: "arithmetic: a line total is quantity times unit price, within rounding (UBL InvoiceLine)",
		EN:     "the line total is {0}; {1} at {2} are {3}",
		ZH:     "总价为{0}；数量{1}乘以单价{2}应为{3}",
		Reads:  []rules.Input{invoiceLine, lineTotal, lineQuantity, linePrice, linePriceBase, lineCharge, lineFree},
		Check:  checkLineTotal,
	},
	{
		Code: "DEC-04", Kinds: all(), Severity: rules.Reject,
		Source: "arithmetic: gross weight is net weight and packing",
		EN:     "the gross weight of {0} kg is less than the net weight of {1} kg",
		ZH:     "毛重{0}千克小于净重{1}千克",
		Reads:  []rules.Input{shipments, totalGross, totalNet},
		Check:  checkGrossWeight,
	},
	{
		Code: "DEC-04B", Kinds: all(), Severity: rules.Warn,
		Source: "common practice: the net weights of the items sum up to the total",
		EN:     "the net weight is {0} kg; the items sum up to {1} kg",
		ZH:     "净重合计为{0}千克；各商品项净重之和为{1}千克",
		Reads:  []rules.Input{shipments, totalNet},
		Check:  checkNetWeightSum,
	},
	{
		Code: "DEC-05", Kinds: all(), Severity: rules.Reject,
		Source: "WCO Data Model, GoodsItemQuantity; UBL Shipment/TotalGoodsItemQuantity; arithmetic",
		EN:     "{0} goods items are announced; {1} are there",
		ZH:     "注明商品项数为{0}，实有{1}项",
		Reads:  []rules.Input{shipments, totalItems},
		Check:  checkItemCount,
	},
	{
		Code: "DEC-05B", Kinds: all(), Severity: rules.Reject,
		Source: "WCO Data Model, TotalPackageQuantity; UBL Consignment/TotalPackagesQuantity; arithmetic",
		EN:     "{0} packages are announced; the items are in {1}",
		ZH:     "注明总件数为{0}；各商品项件数之和为{1}",
		Reads:  []rules.Input{shipments, consignmentAt, totalPackages, itemPackages},
		Check:  checkPackageCount,
	},
	{
		Code: "DEC-19", Kinds: all(), Severity: rules.Reject,
		Source: "arithmetic: the customs values of the items sum up to the total, within rounding (UBL DeclaredCustomsValueAmount)",
		EN:     "the customs value is {0}; the items sum up to {1}",
		ZH:     "完税价格合计为{0}；各商品项之和为{1}",
		Reads:  []rules.Input{shipments, totalCustomsValue},
		Check:  checkValueSum,
	},
}

func checkLineTotal(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		for _, line := range d.AllIn(item.At, invoiceLine) {
			checkLine(d, line, report)
		}
	}
}

// checkLine compares the total of an invoice line with quantity × price per base
// quantity. It leaves out free lines and lines with charges, which have other
// totals.
func checkLine(d *rules.Document, line strict.Node, report rules.Report) {
	totalAt, priceAt, quantityAt := d.FirstIn(line, lineTotal), d.FirstIn(line, linePrice), d.FirstIn(line, lineQuantity)
	total, hasTotal := values.ReadAmount(totalAt)
	price, hasPrice := values.ReadAmount(priceAt)
	quantity, hasQuantity := values.Number(quantityAt)
	if !hasTotal || !hasPrice || !hasQuantity || total.Currency != price.Currency {
		return
	}
	if d.FirstIn(line, lineCharge).Exists() || values.IsTrue(d.FirstIn(line, lineFree)) {
		return
	}
	if baseAt := d.FirstIn(line, linePriceBase); baseAt.Exists() {
		base, ok := values.Number(baseAt)
		if !ok || base.Sign() == 0 || baseAt.Attr("unitCode") != quantityAt.Attr("unitCode") {
			return
		}
		quantity = quantity.Over(base)
	}
	if !values.IsProduct(total, quantity, price) {
		product := quantity.Times(price.Value)
		report(totalAt, total.Value.String(), quantity.String(), price.Value.String(), product.String())
	}
}

func checkGrossWeight(d *rules.Document, report rules.Report) {
	check := func(at strict.Node, gross, net values.Figure) {
		if gross.Exists() && net.Exists() && gross.Cmp(net) < 0 {
			report(at, gross.String(), net.String())
		}
	}
	for _, shipment := range shipments.Of(d) {
		at := d.FirstIn(shipment.at, totalGross)
		check(at, kilogramsAt(at), kilogramsAt(d.FirstIn(shipment.at, totalNet)))
		for _, item := range shipment.items {
			gross := item.GrossMass()
			check(gross.At, kilograms(gross.Value, gross.At), netKilograms(item))
		}
	}
}

// checkNetWeightSum applies if every item has a net weight. It allows a thousandth
// of the total and one kilogram for rounding.
func checkNetWeightSum(d *rules.Document, report rules.Report) {
	for _, shipment := range shipments.Of(d) {
		at := d.FirstIn(shipment.at, totalNet)
		total, sum := kilogramsAt(at), netWeight(shipment.items)
		if !total.Exists() || !sum.Exists() {
			continue
		}
		allowed := total.Over(values.Whole(1000)).Plus(values.Whole(1))
		if total.Minus(sum).Abs().Cmp(allowed) > 0 {
			report(at, total.String(), sum.String())
		}
	}
}

// netWeight returns the sum of items in kilograms, or none if there are none or one has
// no weight.
func netWeight(items []facts.Line) values.Figure {
	if len(items) == 0 {
		return values.Figure{}
	}
	sum := values.Whole(0)
	for _, item := range items {
		net := netKilograms(item)
		if !net.Exists() {
			return values.Figure{}
		}
		sum = sum.Plus(net)
	}
	return sum
}

func checkItemCount(d *rules.Document, report rules.Report) {
	for _, shipment := range shipments.Of(d) {
		at := d.FirstIn(shipment.at, totalItems)
		announced, ok := values.Number(at)
		there := len(shipment.items)
		if ok && there > 0 && announced.Cmp(values.Whole(int64(there))) != 0 {
			report(at, announced.String(), strconv.Itoa(there))
		}
	}
}

// checkPackageCount applies if a shipment has one consignment and every item
// states its packages.
func checkPackageCount(d *rules.Document, report rules.Report) {
	for _, shipment := range shipments.Of(d) {
		if len(d.AllIn(shipment.at, consignmentAt)) != 1 {
			continue
		}
		at := d.FirstIn(shipment.at, totalPackages)
		announced, hasTotal := values.Number(at)
		there, hasPackages := packages(d, shipment.items)
		if hasTotal && hasPackages && announced.Cmp(there) != 0 {
			report(at, announced.String(), there.String())
		}
	}
}

// packages returns the number of packages of items. It reports false if there are no
// items or one states no packages.
func packages(d *rules.Document, items []facts.Line) (values.Figure, bool) {
	sum, some := values.Whole(0), false
	for _, item := range items {
		packed := d.AllIn(item.At, itemPackages)
		if len(packed) == 0 {
			return values.Figure{}, false
		}
		for _, at := range packed {
			n, ok := values.Number(at)
			if !ok {
				return values.Figure{}, false
			}
			sum = sum.Plus(n)
		}
		some = true
	}
	return sum, some
}

// checkValueSum applies if every item has a customs value in the currency of the
// total.
func checkValueSum(d *rules.Document, report rules.Report) {
	for _, shipment := range shipments.Of(d) {
		at, items := d.FirstIn(shipment.at, totalCustomsValue), shipment.items
		total, ok := values.ReadAmount(at)
		sum := values.Whole(0)
		for _, item := range items {
			value := item.Value()
			currency := strings.TrimSpace(value.At.Attr("currencyID"))
			if ok = ok && value.Value.Exists() && currency == total.Currency; !ok {
				break
			}
			sum = sum.Plus(value.Value)
		}
		if ok && len(items) > 0 && !values.IsSum(total, sum, len(items)) {
			report(at, total.Value.String(), sum.String())
		}
	}
}

// netKilograms returns the net weight of an item in kilograms, or none.
func netKilograms(item facts.Line) values.Figure {
	net := item.NetMass()
	return kilograms(net.Value, net.At)
}

// kilogramsAt reads a mass in kilograms. It returns none if there is none.
func kilogramsAt(at strict.Node) values.Figure {
	mass, _ := values.Number(at)
	return kilograms(mass, at)
}

// kilograms returns a mass in kilograms. It returns none if there is none, or if the
// unit at the element is not one of grams, kilograms and tonnes (UNECE Recommendation
// 20).
func kilograms(mass values.Figure, at strict.Node) values.Figure {
	if !mass.Exists() {
		return values.Figure{}
	}
	switch at.Attr("unitCode") {
	case "KGM":
		return mass
	case "TNE":
		return mass.Times(values.Whole(1000))
	case "GRM":
		return mass.Over(values.Whole(1000))
	}
	return values.Figure{}
}

// The paths of totals, of packages, and of invoice lines.
var (
	totalGross        = shipmentAt.To("GrossWeightMeasure")
	totalNet          = shipmentAt.To("NetWeightMeasure")
	totalItems        = shipmentAt.To("TotalGoodsItemQuantity")
	totalCustomsValue = shipmentAt.To("DeclaredCustomsValueAmount")
	consignmentAt     = shipmentAt.To("Consignment")
	totalPackages     = consignmentAt.To("TotalPackagesQuantity")
	itemPackages      = itemAt.To("ContainingPackage/Quantity")
	invoiceLine       = itemAt.To("InvoiceLine")
	lineTotal         = invoiceLine.To("LineExtensionAmount")
	lineQuantity      = invoiceLine.To("InvoicedQuantity")
	linePrice         = invoiceLine.To("Price/PriceAmount")
	linePriceBase     = invoiceLine.To("Price/BaseQuantity")
	lineCharge        = invoiceLine.To("AllowanceCharge")
	lineFree          = invoiceLine.To("FreeOfChargeIndicator")
)
