package ata

import (
	"cmp"
	"math/big"
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// generalList is where the items of a carnet stand.
const generalList = "Shipment/GoodsItem"

// shipmentOf returns the shipment, where what it lacks is told, or the root of
// a document that has none.
func shipmentOf(root strict.Node) strict.Node { return cmp.Or(root.Find("Shipment"), root) }

// number returns the number of an item, "" where it has none. Leading zeros do
// not tell two numbers apart.
func number(item strict.Node) string {
	text := item.Find("SequenceNumberID").Text()
	if text == "" {
		text = item.Find("ID").Text()
	}
	if trimmed := strings.TrimLeft(text, "0"); trimmed != "" || text == "" {
		return trimmed
	}
	return "0"
}

// quantity returns the number of pieces of an item, and whether it is stated.
func quantity(item strict.Node) (*big.Rat, bool) {
	return rules.Number(item.Find("Quantity"))
}

// value returns the element that holds column 5 of an item, or none.
func value(item strict.Node) strict.Node {
	if n := item.Find("ValueAmount"); n.Exists() {
		return n
	}
	return item.Find("DeclaredStatisticsValueAmount")
}

// listed returns how many pieces of each number the general list holds; nil
// where it does not say. Of two items with one number the first counts.
func listed(root strict.Node) map[string]*big.Rat {
	found := make(map[string]*big.Rat)
	for item := range root.All(generalList) {
		n := number(item)
		if _, taken := found[n]; n == "" || taken {
			continue
		}
		pieces, ok := quantity(item)
		if !ok {
			pieces = nil
		}
		found[n] = pieces
	}
	return found
}

// hsCode returns the code of the Harmonized System of an item, or "".
func hsCode(item strict.Node) string {
	return rules.HS(item, "Item/CommodityClassification/ItemClassificationCode").Text()
}

// chapter returns the HS chapter of a classification element, or 0.
func chapter(code string) int {
	if len(code) < 4 || strings.Trim(code[:2], "0123456789") != "" {
		return 0
	}
	return int(code[0]-'0')*10 + int(code[1]-'0')
}
