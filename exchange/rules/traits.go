package rules

import (
	"slices"
	"strings"

	"beibu/signing/strict"
)

// A Trait is a property of elements by which the rules for all kinds choose the
// elements that they judge. Most elements of a document have none, and all traits
// are read in one pass, so that such a rule costs very little. As an [Input] it is the
// elements that have one of some traits, each with what is around it.
type Trait uint16

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
	Acting                      // … of a party: Party
)

// Paths implements [Input]: the elements are anywhere.
func (t Trait) Paths() []*Path { return nil }

// endings are those of names with a trait, by their last letter.
var endings = [256][]ending{
	'D': {{"ID", Coded}},
	'c': {{"Numeric", Figured}},
	'd': {{"Period", Lasting}},
	'e': {{"Code", Coded}, {"Measure", Figured}, {"Date", Dated}, {"DateTime", Dated}},
	'g': {{"DateTimeString", Dated}},
	'r': {{"GoodsItemContainer", Contained}},
	't': {{"Amount", Figured}, {"Percent", Figured}, {"TransportEquipment", Contained}},
	'y': {{"Quantity", Figured}, {"Party", Acting}},
}

// names returns the names of the elements that have one of the traits, as far as they
// are known by them, and of the attributes of the others.
func (t Trait) names() (all []string) {
	for trait, attributes := range attributesOf {
		if t&trait != 0 {
			all = append(all, attributes...)
		}
	}
	for _, ending := range slices.Concat(endings[:]...) {
		if t&ending.trait != 0 {
			all = append(all, "…"+ending.suffix)
		}
	}
	return all
}

type ending struct {
	suffix string
	trait  Trait
}

// attributesOf are those by which elements have a trait.
var attributesOf = map[Trait][]string{
	Priced: {"@currencyID"}, Measured: {"@unitCode"}, Listed: {"@schemeID", "@listID", "@schemeName", "@listName"},
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
		switch string(n.Tree().Bytes()[a.Local:a.End]) { // as in attributesOf
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
// order. It is for the Check of a [Rule] that declares the traits: [Set.Check] records
// the elements, and no others.
func (d *Document) Each(traits Trait, visit func(Element)) {
	for i := range d.traced {
		if t := &d.traced[i]; t.traits&traits != 0 {
			visit(Element{t.at})
		}
	}
}

// An Element is one that has a trait. A rule for all kinds reads what is around it,
// and nothing else.
type Element struct{ strict.Node }

// Outer returns the element that e is in, or none.
func (e Element) Outer() Element { return Element{e.Parent()} }

// First returns the first element at a path from e on, or none. The step * takes an
// element of any name.
func (e Element) First(path string) Element { return Element{e.Find(path)} }

// Says reports whether an element at one of the paths from e on has text.
func (e Element) Says(paths ...string) bool {
	for _, path := range paths {
		for at := range e.All(path) {
			if !at.Is("") {
				return true
			}
		}
	}
	return false
}
