package licence

import (
	"strconv"
	"strings"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// lineRules are about the lines of a licence: their numbers, quantities and
// values, and the overage that it permits.
var lineRules = []rules.Rule{
	{
		Code: "LIC-08B", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: overage of bulk goods up to 5 percent",
		EN:     "permits an overage of {0} percent; at most 5 are allowed",
		ZH:     "允许溢装{0}%；大宗、散装货物溢装数量不得超过5%",
		Reads:  []rules.Input{permittedOverage},
		Check:  checkOverageLimit,
	},
	{
		Code: "LIC-08C", Kinds: licences(), Severity: rules.Warn,
		Source: "common practice: overage of crude and refined oil up to 3 percent",
		EN:     "permits an overage of {0} percent; for crude and refined oil at most 3 are usual",
		ZH:     "允许溢装{0}%；原油、成品油溢装数量一般不超过3%",
		Reads:  []rules.Input{permittedOverage},
		Check:  checkOilOverageLimit,
	},
	{
		Code: "LIC-11", Kinds: licences(), Severity: rules.Reject,
		Source: "WCO Data Model, QuantityQuantity with unitCode; UK DEFRA licence gateway, decision record 0006",
		EN:     "{0} has no unit; a quantity needs a unitCode",
		ZH:     "数量{0}没有计量单位；数量必须注明unitCode",
		Reads:  []rules.Input{drawRemainder},
		Check:  checkQuantityUnit,
	},
	{
		Code: "LIC-12", Kinds: licences(), Severity: rules.Reject,
		Source: "WCO Data Model, SequenceNumeric; UK DEFRA licence gateway, decision record 0006: a ledger by licence line",
		EN:     "line number {0} is taken by an earlier line",
		ZH:     "项号{0}与前面的商品项重复",
		Check:  checkLineNumber,
	},
	{
		Code: "LIC-20", Kinds: licences(), Severity: rules.Reject,
		Source: "arithmetic: a line's value is quantity times unit price, within rounding",
		EN:     "the value is {0}; {1} at {2} are {3}",
		ZH:     "总值为{0}；数量{1}乘以单价{2}应为{3}",
		Reads:  []rules.Input{unitPrice},
		Check:  checkLineValue,
	},
	{
		Code: "LIC-21", Kinds: licences(), Severity: rules.Reject,
		Source: "arithmetic: the total value is the sum of the lines, within rounding",
		EN:     "the total is {0}; the lines sum up to {1}",
		ZH:     "合计总值为{0}；各项总值之和为{1}",
		Reads:  []rules.Input{totalValue},
		Check:  checkTotalValue,
	},
	{
		Code: "LIC-22", Kinds: licences(), Severity: rules.Reject,
		Source: "WCO Data Model, GoodsItemQuantity; arithmetic",
		EN:     "{0} goods items are announced; {1} are there",
		ZH:     "注明商品项数为{0}，实有{1}项",
		Reads:  []rules.Input{lineCount},
		Check:  checkLineCount,
	},
}

func checkOverageLimit(d *rules.Document, report rules.Report) {
	at := d.First(permittedOverage)
	if n, ok := values.Number(at); ok && n.Cmp(values.Whole(5)) > 0 {
		report(at, n.String())
	}
}

// checkOilOverageLimit is for crude (heading 2709) and refined oil (2710).
func checkOilOverageLimit(d *rules.Document, report rules.Report) {
	at := d.First(permittedOverage)
	n, ok := values.Number(at)
	if !ok || n.Cmp(values.Whole(3)) <= 0 || n.Cmp(values.Whole(5)) > 0 {
		return // above 5 it is LIC-08B
	}
	for _, line := range d.Facts.Lines() {
		if heading := values.HSPrefix(line.Part(paths.HS), 4); heading == "2709" || heading == "2710" {
			report(at, n.String())
			return
		}
	}
}

// checkQuantityUnit never assumes a unit: a national system once assumed tonnes.
func checkQuantityUnit(d *rules.Document, report rules.Report) {
	check := func(quantity strict.Node) {
		if quantity.Exists() && quantity.Attr("unitCode") == "" {
			report(quantity, quantity.Text())
		}
	}
	for _, line := range d.Facts.Lines() {
		check(line.Quantity.At)
	}
	for draw := range draws(d) {
		check(draw.Drawn.At)
		check(d.FirstIn(draw.At, drawRemainder))
	}
}

// checkLineNumber protects the balances, which are kept by licence line.
func checkLineNumber(d *rules.Document, report rules.Report) {
	seen := make(map[string]bool)
	for _, line := range d.Facts.Lines() {
		number := strings.TrimLeft(line.Number, "+0")
		if line.Number != "" && seen[number] {
			report(line.Part(paths.Number), number)
		}
		seen[number] = true
	}
}

func checkLineValue(d *rules.Document, report rules.Report) {
	for _, line := range d.Facts.Lines() {
		valueAt, quantity := line.Part(paths.Value), line.Quantity.Value
		value, hasValue := values.ReadAmount(valueAt)
		price, hasPrice := values.ReadAmount(d.FirstIn(line.At, unitPrice))
		if !hasValue || !hasPrice || !quantity.Exists() || value.Currency != price.Currency {
			continue
		}
		if !values.IsProduct(value, quantity, price) {
			product := quantity.Times(price.Value)
			report(valueAt, value.Value.String(), quantity.String(), price.Value.String(), product.String())
		}
	}
}

// checkTotalValue judges only if every line has a value in the currency of the
// total.
func checkTotalValue(d *rules.Document, report rules.Report) {
	at := d.First(totalValue)
	total, ok := values.ReadAmount(at)
	if !ok {
		return
	}
	sum, lines := values.Whole(0), 0
	for _, line := range d.Facts.Lines() {
		value, ok := values.ReadAmount(line.Part(paths.Value))
		if !ok || value.Currency != total.Currency {
			return
		}
		sum = sum.Plus(value.Value)
		lines++
	}
	if !values.IsSum(total, sum, lines) {
		report(at, total.Value.String(), sum.String())
	}
}

func checkLineCount(d *rules.Document, report rules.Report) {
	at := d.First(lineCount)
	announced, err := strconv.Atoi(at.Text())
	if err != nil {
		return
	}
	if lines := len(d.Facts.Lines()); lines != announced {
		report(at, strconv.Itoa(announced), strconv.Itoa(lines))
	}
}

// The paths of prices and totals.
var (
	unitPrice  = itemAt.To("UnitPriceAmount")
	totalValue = rules.NewPath("TotalValueAmount")
	lineCount  = rules.NewPath("GoodsItemQuantity")
)
