// Package declaration contains the rules of customs declarations (DEC-…): what an
// import, export or transit declaration of UBL 2.4 must comply with by itself.
//
// Rules of Chinese practice apply if the declaration is made to a Chinese customs
// office, by the address of the customs party. If the source is practice only, a
// rule warns, unless arithmetic alone decides.
package declaration

import (
	"iter"
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

// body returns the element that holds the customs party, the shipments and the
// documents cited: the root, or the CustomsDeclaration in the root of an export
// declaration.
func body(d *rules.Document) strict.Node {
	if d.Kind == exportDeclaration {
		return d.Root.Find("CustomsDeclaration")
	}
	return d.Root
}

// shipments iterates over the shipments, with the goods items of each.
func shipments(d *rules.Document) iter.Seq2[strict.Node, []facts.Line] {
	return func(yield func(strict.Node, []facts.Line) bool) {
		rest := d.Facts.Lines()
		for shipment := range body(d).All("Shipment") {
			n := 0
			for n < len(rest) && rest[n].At.Parent() == shipment {
				n++
			}
			if !yield(shipment, rest[:n]) {
				return
			}
			rest = rest[n:]
		}
	}
}

// madeInChina reports whether the declaration is made to a Chinese customs office.
func madeInChina(d *rules.Document) bool {
	return rules.PostalCountry(body(d).Find("CustomsParty")).Text() == "CN"
}
