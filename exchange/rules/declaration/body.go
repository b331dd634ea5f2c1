package declaration

import (
	"iter"
	"strconv"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// body returns the element that holds the customs party, the shipments and the
// documents cited: the root, or in an export declaration the
// CustomsDeclaration in it.
func body(d *rules.Document) strict.Node {
	if d.Kind == exportDeclaration {
		return d.Root.Find("CustomsDeclaration")
	}
	return d.Root
}

// items iterates over the goods items of all shipments.
func items(d *rules.Document) iter.Seq[strict.Node] { return body(d).All("Shipment/GoodsItem") }

// madeInChina tells whether the declaration is made to a Chinese customs
// office.
func madeInChina(d *rules.Document) bool {
	return country(body(d).Find("CustomsParty")) == "CN"
}

// country returns the country of a party's postal address, or "".
func country(party strict.Node) string {
	return party.Find("PostalAddress/Country/IdentificationCode").Text()
}

// name returns how people know a goods item: its description.
func name(item strict.Node) string {
	for _, path := range []string{"Description", "Item/Name", "Item/Description"} {
		if n := item.Find(path); n.Exists() {
			return n.Text()
		}
	}
	return ""
}

func count(n int) string { return strconv.Itoa(n) }
