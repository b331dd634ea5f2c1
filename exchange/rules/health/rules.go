// Package health contains the rules of frontier-port health permits and of health
// certificates for goods. Both are UBL GoodsCertificates; a permit has the
// CustomizationID [PermitCustomization].
//
// A permit uses the elements of UBL as follows: TypeCode is its category,
// ValidityPeriod is how long it is valid, ApplicantParty is its holder, and
// ApplicableTerritoryAddress is the premises, whose ID is the UN/LOCODE of the
// port.
package health

import (
	"cmp"
	"slices"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// Rules returns the rules of health permits and health certificates.
func Rules() []rules.Rule {
	return slices.Concat(permitRules, validityRules, premisesRules, identityRules, unlessMistyped(certificateRules))
}

// The kinds of document of this package.
const (
	permitKind      = "health-permit"
	certificateKind = "health-certificate"
)

func permitOnly() []string { return []string{permitKind} }

func certificateOnly() []string { return []string{certificateKind} }

func permitOrCertificate() []string { return []string{permitKind, certificateKind} }

// measures begins the source of the rules of permits.
const measures = "Measures on Health Permits at Frontier Ports (AQSIQ Decree 182 of 2016, as amended by GACC)"

// orRoot returns the element, or the root of the document if the element does not
// exist: a breach needs a place.
func orRoot(d *rules.Document, at strict.Node) strict.Node { return cmp.Or(at, d.Root) }

// names returns the path of the names of a party.
func names(party *rules.Path) *rules.Path {
	return party.To(rules.PartyName, rules.RegisteredName, "Person/FamilyName")
}

// named reports whether one of the names of a party has text.
func named(d *rules.Document, names *rules.Path) bool { return d.HasText(d.Root, names) }

// The paths that rules of several files read.
var (
	typeCode      = rules.NewPath("TypeCode")
	issuer        = rules.NewPath("IssuerParty")
	issuerIn      = issuer.To(rules.PostalCountry)
	itemAt        = rules.NewPath("Shipment/GoodsItem")
	customization = rules.NewPath("CustomizationID")
)
