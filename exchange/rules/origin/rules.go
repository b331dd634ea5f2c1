// Package origin contains the rules of certificates of origin (UBL
// CertificateOfOrigin), most of them about Form E of the ASEAN-China Free Trade
// Area. The codes follow the rows of the rule table: CO-08 is row O8, and letters
// distinguish the checks of one row.
//
// Form E uses the elements of UBL as follows: CertificateType is "FORM E"; the
// ticks of box 13 are Remarks of the application, in the words that are printed
// ("ISSUED RETROACTIVELY", "MOVEMENT CERTIFICATE", "EXHIBITION", "THIRD PARTY
// INVOICING"); box 8 is PreferenceCriterionCode of each goods item; the HS code is
// RequiredCustomsID; the exporting Party is IssuingCountry.
package origin

import (
	"slices"
	"strings"

	"beibu/exchange/facts"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// Rules returns the rules of certificates of origin.
func Rules() []rules.Rule {
	return slices.Concat(partyRules, itemRules, issueRules, movementRules, paperRules)
}

// certificates returns the kinds of document that the rules of this package are
// about.
func certificates() []string { return []string{"certificate-of-origin"} }

// formE is whether a certificate is Form E.
var formE = rules.Derive(func(d *rules.Document) bool {
	switch strings.ToUpper(d.First(certificateType).Text()) {
	case "FORM E", "E", "ACFTA FORM E":
		return true
	}
	return false
}, certificateType)

// The ticks of box 13 that rules read.
const (
	retroactively = "ISSUED RETROACTIVELY"
	moved         = "MOVEMENT CERTIFICATE"
	thirdInvoice  = "THIRD PARTY INVOICING"
)

// ticked reports whether a tick of box 13 is set. A rule that asks so reads remarks.
func ticked(d *rules.Document, tick string) bool {
	return slices.ContainsFunc(d.All(remarks), func(at strict.Node) bool { return strings.EqualFold(at.Text(), tick) })
}

// formItems returns the goods items of a Form E, and none of another certificate. A
// rule that asks for them reads formE.
func formItems(d *rules.Document) []facts.Line {
	if !formE.Of(d) {
		return nil
	}
	return d.Facts.Lines()
}

// supporting returns the first reference to a document of one of some types (UNCL
// 1001).
func supporting(d *rules.Document, types ...string) (facts.Reference, bool) {
	for _, r := range d.Facts.References() {
		if slices.Contains(types, r.Type) {
			return r, true
		}
	}
	return facts.Reference{}, false
}

// originOf returns the element that holds the country of origin of an item, or
// none. A rule that asks for it reads itemAddress and itemOrigin.
func originOf(d *rules.Document, item facts.Line) strict.Node {
	for _, path := range [...]*rules.Path{itemAddress, itemOrigin} {
		if at := d.FirstIn(item.At, path); !at.Is("") {
			return at
		}
	}
	return strict.Node{}
}

// issuedIn returns the country of the exporting Party, or "". A rule that asks for it
// reads issuingCountry.
func issuedIn(d *rules.Document) string { return d.First(issuingCountry).Text() }

// The elements that hold the country of the exporter and of the importer.
var (
	exporterCountry = traderCountry("ExporterParty")
	importerCountry = traderCountry("ImporterParty")
)

// traderCountry is that of a trader of the certificate, or else of the application.
func traderCountry(role string) *rules.Derived[strict.Node] {
	trader := rules.NewPath(role)
	own, applied := trader.To(rules.PostalCountry), application.To(role+"/"+rules.PostalCountry)
	return rules.Derive(func(d *rules.Document) strict.Node {
		if d.First(trader).Exists() {
			return d.First(own)
		}
		return d.First(applied)
	}, trader, own, applied)
}

// The paths that rules of several files read. The application holds most of Form E.
var (
	application     = rules.NewPath("CertificateOfOriginApplication")
	certificateType = application.To("CertificateType")
	remarks         = application.To("Remarks")
	issuingCountry  = application.To("IssuingCountry/IdentificationCode")
	shipmentAt      = application.To("Shipment")
	itemAt          = shipmentAt.To("GoodsItem")
	itemAddress     = itemAt.To("OriginAddress/Country/IdentificationCode")
	itemOrigin      = itemAt.To("Item/OriginCountry/IdentificationCode")
	supportingAt    = application.To("SupportingDocumentReference")
)
