// Package licence holds the rules of import and export licences (LIC-…): what
// one licence of urn:beibu:schema:trade-licence:1 must comply with. A rule that
// needs two documents, such as one about a declaration that draws more than is
// left, is not here.
//
// The rules follow the Chinese licence measures as traders' guides give them.
// If the source is practice only, a rule warns, unless arithmetic alone decides.
package licence

import (
	"iter"
	"slices"

	"beibu/exchange/facts"
	"beibu/exchange/rules"
)

// Rules returns the rules of licences.
func Rules() []rules.Rule {
	return slices.Concat(useRules, drawRules, validityRules, lineRules, headRules, chemicalRules)
}

// The kinds of document that the rules of this package are about.
const (
	importLicence = "import-licence"
	exportLicence = "export-licence"
)

func imports() []string { return []string{importLicence} }

func exports() []string { return []string{exportLicence} }

func licences() []string { return []string{importLicence, exportLicence} }

// referring iterates over the references to other documents that have a role.
func referring(d *rules.Document, role string) iter.Seq[facts.Reference] {
	return func(yield func(facts.Reference) bool) {
		for _, r := range d.Facts.References() {
			if r.Role == role && !yield(r) {
				return
			}
		}
	}
}

// The paths that rules of several files read.
var (
	categoryCode     = rules.NewPath("CategoryCode")
	destination      = rules.NewPath("DestinationCountryCode")
	permittedUse     = rules.NewPath("PermittedUseQuantity")
	permittedOverage = rules.NewPath("PermittedOveragePercent")
	office           = rules.NewPath("CustomsOffice")
	itemAt           = rules.NewPath("GoodsItem")
	drawAt           = itemAt.To("WriteOff")
	drawRemainder    = drawAt.To("RemainingQuantity")
)
