package declaration

import (
	"math/big"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// lineTotal is DEC-03.
func lineTotal() rules.Rule {
	return rules.Rule{
		Code: "DEC-03", Kinds: all(), Severity: rules.Reject,
		Source: "arithmetic: a line total is quantity times unit price, within rounding (UBL InvoiceLine)",
		EN:     "the line total is {0}; {1} at {2} are {3}",
		ZH:     "总价为{0}；数量{1}乘以单价{2}应为{3}",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range items(d) {
				for line := range item.All("InvoiceLine") {
					checkLine(line, report)
				}
			}
		},
	}
}

// checkLine compares the total of an invoice line with quantity × price per
// base quantity. Lines with charges, and free ones, have totals of their own.
func checkLine(line strict.Node, report rules.Report) {
	totalAt, priceAt, quantityAt := line.Find("LineExtensionAmount"), line.Find("Price/PriceAmount"), line.Find("InvoicedQuantity")
	total, hasTotal := rules.ReadAmount(totalAt)
	price, hasPrice := rules.ReadAmount(priceAt)
	quantity, hasQuantity := rules.Number(quantityAt)
	if !hasTotal || !hasPrice || !hasQuantity || total.Currency != price.Currency {
		return
	}
	if line.Find("AllowanceCharge").Exists() || rules.IsTrue(line.Find("FreeOfChargeIndicator")) {
		return
	}
	if baseAt := line.Find("Price/BaseQuantity"); baseAt.Exists() {
		base, ok := rules.Number(baseAt)
		if !ok || base.Sign() == 0 || baseAt.Attr("unitCode") != quantityAt.Attr("unitCode") {
			return
		}
		quantity = new(big.Rat).Quo(quantity, base)
	}
	if !rules.IsProduct(total, quantity, price) {
		product := new(big.Rat).Mul(quantity, price.Value)
		report(totalAt, rules.Decimal(total.Value), rules.Decimal(quantity), rules.Decimal(price.Value), rules.Decimal(product))
	}
}
