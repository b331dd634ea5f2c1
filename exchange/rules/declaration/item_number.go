package declaration

import (
	"strconv"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// itemNumber is DEC-01. It names the first item out of order and no other,
// since one gap shifts all that follow.
func itemNumber() rules.Rule {
	return rules.Rule{
		Code: "DEC-01", Kinds: all(), Severity: rules.Reject,
		Source: "WCO Data Model, SequenceNumeric; Chinese declaration practice: items run from 1 without gaps",
		EN:     "the item has number {0}; items run from 1 without gaps, it should be {1}",
		ZH:     "项号为{0}；商品项号应从1开始连续编号，此处应为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			for shipment := range body(d).All("Shipment") {
				want := 0
				for item := range shipment.All("GoodsItem") {
					want++
					at := numberOf(item)
					if n, err := strconv.Atoi(at.Text()); at.Exists() && (err != nil || n != want) {
						report(at, at.Text(), count(want))
						break
					}
				}
			}
		},
	}
}

// numberOf returns the element that numbers a goods item: its sequence number,
// or its identifier where it has none.
func numberOf(item strict.Node) strict.Node {
	if n := item.Find("SequenceNumberID"); n.Exists() {
		return n
	}
	return item.Find("ID")
}
