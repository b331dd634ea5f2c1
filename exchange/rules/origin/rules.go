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

// application is the part of a certificate that holds most of Form E.
const application = "CertificateOfOriginApplication"

// formE reports whether a certificate is Form E.
func formE(root strict.Node) bool {
	switch strings.ToUpper(root.Find(application + "/CertificateType").Text()) {
	case "FORM E", "E", "ACFTA FORM E":
		return true
	}
	return false
}

// The ticks of box 13 that rules read.
const (
	retroactively = "ISSUED RETROACTIVELY"
	moved         = "MOVEMENT CERTIFICATE"
	thirdInvoice  = "THIRD PARTY INVOICING"
)

// ticked reports whether a tick of box 13 is set.
func ticked(root strict.Node, tick string) bool {
	for remark := range root.All(application + "/Remarks") {
		if strings.EqualFold(remark.Text(), tick) {
			return true
		}
	}
	return false
}

// formItems returns the goods items of a Form E, and none of another certificate.
func formItems(d *rules.Document) []facts.Line {
	if !formE(d.Root) {
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
// none.
func originOf(item strict.Node) strict.Node {
	for _, path := range [...]string{"OriginAddress/Country/IdentificationCode", "Item/OriginCountry/IdentificationCode"} {
		if at := item.Find(path); at.Text() != "" {
			return at
		}
	}
	return strict.Node{}
}

// issuedIn returns the country of the exporting Party, or "".
func issuedIn(root strict.Node) string {
	return root.Find(application + "/IssuingCountry/IdentificationCode").Text()
}

// trader returns the exporter or the importer: that of the certificate, or else
// that of the application.
func trader(root strict.Node, role string) strict.Node {
	if at := root.Find(role); at.Exists() {
		return at
	}
	return root.Find(application + "/" + role)
}
