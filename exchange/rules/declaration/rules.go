// Package declaration contains the rules of customs declarations (DEC-…): what an
// import, export or transit declaration of UBL 2.4 must comply with by itself.
//
// Rules of Chinese practice apply if the declaration is made to a Chinese customs
// office, by the address of the customs party. If the source is practice only, a
// rule warns, unless arithmetic alone decides.
package declaration

import (
	"slices"

	"beibu/exchange/facts"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// Rules returns the rules of declarations.
func Rules() []rules.Rule {
	return slices.Concat(itemRules, figureRules, timeRules, citationRules, partyRules)
}

// The kinds of document that the rules of this package are about.
const (
	importDeclaration  = "import-declaration"
	exportDeclaration  = "export-declaration"
	transitDeclaration = "transit-declaration"
)

func imports() []string { return []string{importDeclaration} }

func exports() []string { return []string{exportDeclaration} }

func transits() []string { return []string{transitDeclaration} }

func importsAndExports() []string { return []string{importDeclaration, exportDeclaration} }

func all() []string { return []string{importDeclaration, exportDeclaration, transitDeclaration} }

// body returns the path of what a declaration holds: in the root, or in the
// CustomsDeclaration in the root of an export declaration.
func body(name string) *rules.Path { return rules.NewPath(name, "CustomsDeclaration/"+name) }

// A shipment is one with its goods items.
type shipment struct {
	at    strict.Node
	items []facts.Line
}

var shipments = rules.Derive(func(d *rules.Document) []shipment {
	all, rest := make([]shipment, 0, len(d.All(shipmentAt))), d.Facts.Lines()
	for _, at := range d.All(shipmentAt) {
		n := 0
		for n < len(rest) && at.Contains(rest[n].At) {
			n++
		}
		all = append(all, shipment{at, rest[:n]})
		rest = rest[n:]
	}
	return all
}, shipmentAt)

// madeInChina reports whether the declaration is made to a Chinese customs office. A
// rule that asks so reads customsCountry.
func madeInChina(d *rules.Document) bool { return d.First(customsCountry).Is("CN") }

// The paths that rules of several files read.
var (
	customsParty   = body("CustomsParty")
	customsCountry = customsParty.To(rules.PostalCountry)
	shipmentAt     = body("Shipment")
	itemAt         = shipmentAt.To("GoodsItem")
	stageAt        = shipmentAt.To("ShipmentStage")
)
