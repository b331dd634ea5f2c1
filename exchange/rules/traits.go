package rules

import (
	"strings"

	"beibu/signing/strict"
)

// A Trait is a property of elements by which the rules for all kinds choose the
// elements that they judge. Most elements of a document have none, and all traits
// are read in one pass, so that such a rule costs very little.
type Trait uint8

// The traits.
const (
	Priced    Trait = 1 << iota // has the attribute currencyID
	Measured                    // has the attribute unitCode
	Listed                      // has an attribute that can name a list: schemeID, listID, schemeName, listName
	Coded                       // its name ends as that of a code or an identifier: Code, ID
	Dated                       // … of a date: Date, DateTime, DateTimeString
	Figured                     // … of a figure: Amount, Measure, Numeric, Percent, Quantity
	Lasting                     // … of a period: Period
	Contained                   // … of a container: TransportEquipment, GoodsItemContainer
)

// endings are those of names with a trait, by their last letter.
var endings = [256][]ending{
	'D': {{"ID", Coded}},
	'c': {{"Numeric", Figured}},
	'd': {{"Period", Lasting}},
	'e': {{"Code", Coded}, {"Measure", Figured}, {"Date", Dated}, {"DateTime", Dated}},
	'g': {{"DateTimeString", Dated}},
	'r': {{"GoodsItemContainer", Contained}},
	't': {{"Amount", Figured}, {"Percent", Figured}, {"TransportEquipment", Contained}},
	'y': {{"Quantity", Figured}},
}

type ending struct {
	suffix string
	trait  Trait
}

// traitsOf returns the traits of an element.
func traitsOf(n strict.Node) Trait {
	traits := attributeTraits(n)
	name := n.Local()
	for _, e := range endings[name[len(name)-1]] {
		if len(name) >= len(e.suffix) && name[len(name)-2] == e.suffix[len(e.suffix)-2] && strings.HasSuffix(name, e.suffix) {
			return traits | e.trait
		}
	}
	return traits
}

// attributeTraits returns the traits that an element has by its attributes in no
// namespace.
func attributeTraits(n strict.Node) (traits Trait) {
	attributes := n.Attributes()
	for i := range attributes {
		a := &attributes[i]
		if a.HasPrefix() {
			continue
		}
		switch string(n.Tree().Bytes()[a.Local:a.End]) {
		case "currencyID":
			traits |= Priced
		case "unitCode":
			traits |= Measured
		case "schemeID", "listID", "schemeName", "listName":
			traits |= Listed
		}
	}
	return traits
}

// A traced is an element with a trait.
type traced struct {
	at     strict.Node
	traits Trait
}

// Each calls visit for every element that has one of the traits, in document
// order. It is for the Check of a [Rule]: [Set.Check] records the elements.
func (d *Document) Each(traits Trait, visit func(strict.Node)) {
	for i := range d.traced {
		if t := &d.traced[i]; t.traits&traits != 0 {
			visit(t.at)
		}
	}
}
