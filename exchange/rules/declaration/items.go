package declaration

import (
	"cmp"
	"strconv"
	"strings"

	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// itemRules are about the goods items: their numbers and their commodity codes.
var itemRules = []rules.Rule{
	{
		Code: "DEC-01", Kinds: all(), Severity: rules.Reject,
		Source: "WCO Data Model, SequenceNumeric; Chinese declaration practice: items run from 1 without gaps",
		EN:     "the item has number {0}; items run from 1 without gaps, it should be {1}",
		ZH:     "项号为{0}；商品项号应从1开始连续编号，此处应为{1}",
		Reads:  []rules.Input{shipments, itemSequence, itemID},
		Check:  checkItemNumber,
	},
	{
		Code: "DEC-01B", Kinds: all(), Severity: rules.Reject,
		Source: "WCO Data Model, SequenceNumeric is mandatory",
		EN:     "the item ({0}) has no number",
		ZH:     "商品项（{0}）没有项号",
		Reads:  []rules.Input{itemSequence, itemID, itemText, itemName, itemDescription},
		Check:  checkItemNumberMissing,
	},
	{
		Code: "DEC-02", Kinds: importsAndExports(), Severity: rules.Reject,
		Source: "Chinese declaration rules: commodity codes (CodeTS) have 10 digits",
		EN:     "commodity code {0} does not have the 10 digits of a Chinese declaration",
		ZH:     "商品编号{0}不是10位数字",
		Reads:  []rules.Input{customsCountry},
		Check:  checkTenDigits,
	},
	{
		Code: "DEC-02B", Kinds: importsAndExports(), Severity: rules.Reject,
		Source: "Chinese declaration rules: every item has a commodity code (CodeTS)",
		EN:     "the item ({0}) has no commodity code",
		ZH:     "商品项（{0}）没有商品编号",
		Reads:  []rules.Input{itemText, itemName, itemDescription},
		Check:  checkCommodityMissing,
	},
	{
		Code: "DEC-22", Kinds: all(), Severity: rules.Hold,
		Source: "WCO Data Model, GoodsShipment with GovernmentAgencyGoodsItem; common practice",
		EN:     "the declaration {0} has no goods item",
		ZH:     "报关单{0}没有商品项",
		Reads:  []rules.Input{shipmentAt, exportBody},
		Check:  checkNothingDeclared,
	},
}

// checkItemNumber reports only the first item out of order, since one gap shifts
// all that follow.
func checkItemNumber(d *rules.Document, report rules.Report) {
	for _, shipment := range shipments.Of(d) {
		for i, item := range shipment.items {
			at := numberOf(d, item.At)
			if n, err := strconv.Atoi(at.Text()); at.Exists() && (err != nil || n != i+1) {
				report(at, at.Text(), strconv.Itoa(i+1))
				break
			}
		}
	}
}

// numberOf returns the element that numbers a goods item: its sequence number, or
// its identifier if it has none.
func numberOf(d *rules.Document, item strict.Node) strict.Node {
	return cmp.Or(d.FirstIn(item, itemSequence), d.FirstIn(item, itemID))
}

func checkItemNumberMissing(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		if numberOf(d, item.At).Is("") {
			report(item.At, name(d, item.At))
		}
	}
}

func checkTenDigits(d *rules.Document, report rules.Report) {
	if !madeInChina(d) {
		return
	}
	for _, item := range d.Facts.Lines() {
		if at := item.Part(paths.HS); at.Exists() && !isDigits(at.Text(), 10) {
			report(at, at.Text())
		}
	}
}

func checkCommodityMissing(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		if !item.Part(paths.HS).Exists() {
			report(item.At, name(d, item.At))
		}
	}
}

// checkNothingDeclared holds the document for a person: UBL allows a declaration
// without goods, which is normal only before it is complete. The breach is at the
// innermost element that should have had the goods.
func checkNothingDeclared(d *rules.Document, report rules.Report) {
	if len(d.Facts.Lines()) > 0 {
		return
	}
	at := cmp.Or(d.First(shipmentAt), d.First(exportBody), d.Root)
	report(at, d.Facts.At(paths.Number).Text())
}

// isDigits reports whether a code consists of n decimal digits.
func isDigits(code string, n int) bool {
	return len(code) == n && strings.Trim(code, "0123456789") == ""
}

// name returns the description of a goods item, by which people know it, or "".
func name(d *rules.Document, item strict.Node) string {
	return cmp.Or(d.FirstIn(item, itemText), d.FirstIn(item, itemName), d.FirstIn(item, itemDescription)).Text()
}

// The paths of the numbers and the descriptions of goods items.
var (
	exportBody      = rules.NewPath("CustomsDeclaration")
	itemSequence    = itemAt.To("SequenceNumberID")
	itemID          = itemAt.To("ID")
	itemText        = itemAt.To("Description")
	itemName        = itemAt.To("Item/Name")
	itemDescription = itemAt.To("Item/Description")
)
