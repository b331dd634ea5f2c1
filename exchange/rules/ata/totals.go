package ata

import (
	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// totalRules are about the values of the general list and its totals.
var totalRules = []rules.Rule{
	{
		Code: "ATA-13", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list: column 3 is totalled",
		EN:     "total of {0} pieces; the general list adds up to {1}",
		ZH:     "总件数为{0}；总清单各项合计为{1}",
		Reads:  []rules.Input{totalPieces},
		Check:  checkTotalPieces,
	},
	{
		Code: "ATA-13B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list: column 5 is totalled",
		EN:     "total value {0}; the general list adds up to {1}",
		ZH:     "总价值为{0}；总清单各项合计为{1}",
		Reads:  []rules.Input{totalValue, worth},
		Check:  checkTotalValue,
	},
	{
		Code: "ATA-13C", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list: columns 3 and 5 are totalled",
		EN:     "no {0}; the pieces and the values of the general list are totalled",
		ZH:     "缺少{0}；总清单的件数和价值须合计",
		Reads:  []rules.Input{shipmentAt, totalPieces, totalValue},
		Check:  checkTotalsStated,
	},
	{
		Code: "ATA-15", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, note on column 5: one currency, that of the issuing country unless agreed",
		EN:     "value in {0}, others in {1}; a general list is in one currency",
		ZH:     "价值以{0}计，其他以{1}计；总清单须使用同一币种",
		Reads:  []rules.Input{totalValue, worth},
		Check:  checkOneCurrency,
	},
	{
		Code: "ATA-15B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, note on column 5: commercial value in the issuing country",
		EN:     "item {0} has no value above zero; column 5 gives the commercial value of every item",
		ZH:     "第{0}项货物未注明大于零的价值；第5栏须逐项注明商业价值",
		Reads:  []rules.Input{worth},
		Check:  checkItemValue,
	},
	{
		Code: "ATA-17", Kinds: carnets(), Severity: rules.Warn,
		Source: "HMRC, ATA carnet handbook: a total weight at least is given",
		EN:     "no weight; a carnet gives the weight of every item, or at least the total",
		ZH:     "未注明重量；单证册须注明各项重量，至少注明总重量",
		Reads:  []rules.Input{shipmentAt, totalGross, totalNet, consignmentGross, consignmentNet, itemAt, itemGross, itemNet},
		Check:  checkTotalWeight,
	},
}

func checkTotalPieces(d *rules.Document, report rules.Report) {
	at := d.First(totalPieces)
	total, ok := values.Number(at)
	if !ok {
		return
	}
	sum := values.Whole(0)
	for _, item := range d.Facts.Lines() {
		sum = sum.Plus(item.Quantity.Value)
	}
	if total.Cmp(sum) != 0 {
		report(at, total.String(), sum.String())
	}
}

// worth is what each item of the general list is worth.
var worth = rules.Derive(func(d *rules.Document) []facts.Amount {
	items := d.Facts.Lines()
	all := make([]facts.Amount, 0, len(items))
	for _, item := range items {
		all = append(all, item.Value())
	}
	return all
})

// checkTotalValue compares the total of the consignment. The declared statistics
// value of the shipment is another figure and is not compared.
func checkTotalValue(d *rules.Document, report rules.Report) {
	sum, lines := values.Whole(0), 0
	for _, value := range worth.Of(d) {
		if value.Value.Exists() {
			sum = sum.Plus(value.Value)
			lines++
		}
	}
	for _, at := range d.All(totalValue) {
		if total, ok := values.ReadAmount(at); ok && !values.IsSum(total, sum, lines) {
			report(at, total.Value.String(), sum.String())
		}
	}
}

func checkTotalsStated(d *rules.Document, report rules.Report) {
	shipment := shipmentOf(d)
	if !d.FirstIn(shipment, totalPieces).Exists() {
		report(shipment, "TotalGoodsItemQuantity")
	}
	if !d.FirstIn(shipment, totalValue).Exists() {
		report(shipment, "TotalInvoiceAmount")
	}
}

func checkOneCurrency(d *rules.Document, report rules.Report) {
	first := ""
	check := func(amount strict.Node) {
		currency := amount.Attr("currencyID")
		if first == "" {
			first = currency
		}
		if currency != "" && currency != first {
			report(amount, currency, first)
		}
	}
	for _, total := range d.All(totalValue) {
		check(total)
	}
	for _, value := range worth.Of(d) {
		check(value.At)
	}
}

// checkItemValue includes gifts and samples: they have a commercial value too.
func checkItemValue(d *rules.Document, report rules.Report) {
	values := worth.Of(d)
	for i, item := range d.Facts.Lines() {
		if v := values[i].Value; v.Sign() <= 0 {
			report(item.At, number(item.Number))
		}
	}
}

func checkTotalWeight(d *rules.Document, report rules.Report) {
	shipment := shipmentOf(d)
	for _, path := range [...]*rules.Path{totalGross, totalNet, consignmentGross, consignmentNet} {
		if d.FirstIn(shipment, path).Exists() {
			return
		}
	}
	for _, item := range d.AllIn(shipment, itemAt) {
		if !d.FirstIn(item, itemGross).Exists() && !d.FirstIn(item, itemNet).Exists() {
			report(shipment)
			return
		}
	}
}

// The paths of the totals, and of what is totalled.
var (
	totalPieces      = rules.NewPath("Shipment/TotalGoodsItemQuantity")
	totalValue       = rules.NewPath("Shipment/Consignment/TotalInvoiceAmount")
	totalGross       = rules.NewPath("Shipment/GrossWeightMeasure")
	totalNet         = rules.NewPath("Shipment/NetWeightMeasure")
	consignmentGross = rules.NewPath("Shipment/Consignment/GrossWeightMeasure")
	consignmentNet   = rules.NewPath("Shipment/Consignment/NetWeightMeasure")
	itemGross        = rules.NewPath("Shipment/GoodsItem/GrossWeightMeasure")
	itemNet          = rules.NewPath("Shipment/GoodsItem/NetWeightMeasure")
)
