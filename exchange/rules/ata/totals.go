package ata

import (
	"math/big"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// totalRules are about the values of the general list and its totals.
var totalRules = []rules.Rule{
	{
		Code: "ATA-13", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list: column 3 is totalled",
		EN:     "total of {0} pieces; the general list adds up to {1}",
		ZH:     "总件数为{0}；总清单各项合计为{1}",
		Check:  checkTotalPieces,
	},
	{
		Code: "ATA-13B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list: column 5 is totalled",
		EN:     "total value {0}; the general list adds up to {1}",
		ZH:     "总价值为{0}；总清单各项合计为{1}",
		Check:  checkTotalValue,
	},
	{
		Code: "ATA-13C", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, notes on the general list: columns 3 and 5 are totalled",
		EN:     "no {0}; the pieces and the values of the general list are totalled",
		ZH:     "缺少{0}；总清单的件数和价值须合计",
		Check:  checkTotalsStated,
	},
	{
		Code: "ATA-15", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, note on column 5: one currency, that of the issuing country unless agreed",
		EN:     "value in {0}, others in {1}; a general list is in one currency",
		ZH:     "价值以{0}计，其他以{1}计；总清单须使用同一币种",
		Check:  checkOneCurrency,
	},
	{
		Code: "ATA-15B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, note on column 5: commercial value in the issuing country",
		EN:     "item {0} has no value above zero; column 5 gives the commercial value of every item",
		ZH:     "第{0}项货物未注明大于零的价值；第5栏须逐项注明商业价值",
		Check:  checkItemValue,
	},
	{
		Code: "ATA-17", Kinds: carnets(), Severity: rules.Warn,
		Source: "HMRC, ATA carnet handbook: a total weight at least is given",
		EN:     "no weight; a carnet gives the weight of every item, or at least the total",
		ZH:     "未注明重量；单证册须注明各项重量，至少注明总重量",
		Check:  checkTotalWeight,
	},
}

func checkTotalPieces(d *rules.Document, report rules.Report) {
	at := d.Root.Find("Shipment/TotalGoodsItemQuantity")
	total, ok := values.Number(at)
	if !ok {
		return
	}
	sum := new(big.Rat)
	for _, item := range d.Facts.Lines() {
		if item.Quantity.Value != nil {
			sum.Add(sum, item.Quantity.Value)
		}
	}
	if total.Cmp(sum) != 0 {
		report(at, values.Decimal(total), values.Decimal(sum))
	}
}

// checkTotalValue compares the total of the consignment. The declared statistics
// value of the shipment is another figure and is not compared.
func checkTotalValue(d *rules.Document, report rules.Report) {
	sum, lines := new(big.Rat), 0
	for _, item := range d.Facts.Lines() {
		if v := item.Value().Value; v != nil {
			sum.Add(sum, v)
			lines++
		}
	}
	for at := range d.Root.All("Shipment/Consignment/TotalInvoiceAmount") {
		if total, ok := values.ReadAmount(at); ok && !values.IsSum(total, sum, lines) {
			report(at, values.Decimal(total.Value), values.Decimal(sum))
		}
	}
}

func checkTotalsStated(d *rules.Document, report rules.Report) {
	shipment := shipmentOf(d.Root)
	if !shipment.Find("TotalGoodsItemQuantity").Exists() {
		report(shipment, "TotalGoodsItemQuantity")
	}
	if !shipment.Find("Consignment/TotalInvoiceAmount").Exists() {
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
	for total := range d.Root.All("Shipment/Consignment/TotalInvoiceAmount") {
		check(total)
	}
	for _, item := range d.Facts.Lines() {
		check(item.Part(paths.Value))
	}
}

// checkItemValue includes gifts and samples: they have a commercial value too.
func checkItemValue(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		if v := item.Value().Value; v == nil || v.Sign() <= 0 {
			report(item.At, number(item.Number))
		}
	}
}

func checkTotalWeight(d *rules.Document, report rules.Report) {
	shipment := shipmentOf(d.Root)
	for _, path := range [...]string{
		"GrossWeightMeasure", "NetWeightMeasure", "Consignment/GrossWeightMeasure", "Consignment/NetWeightMeasure",
	} {
		if shipment.Find(path).Exists() {
			return
		}
	}
	for item := range shipment.All("GoodsItem") {
		if !item.Find("GrossWeightMeasure").Exists() && !item.Find("NetWeightMeasure").Exists() {
			report(shipment)
			return
		}
	}
}
