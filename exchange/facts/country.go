package facts

import "beibu/signing/strict"

// Country returns the country whose document it is (ISO 3166-1 alpha-2), in which its
// days are counted, or "".
func (f Facts) Country() string {
	r := f.source()
	return r.country.get(func() string { return countryOf(r.root) })
}

// countryAt lists the paths at which the built-in kinds name the country whose
// document it is: that of the issuer, or of the customs to which it is made.
var countryAt = [...]string{
	"IssuerParty/PostalAddress/Country/IdentificationCode",
	"CertificateOfOriginApplication/IssuingCountry/IdentificationCode",
	"SPSExchangedDocument/IssuerSPSParty/SpecifiedSPSAddress/CountryID",
	"SPSConsignment/ExportSPSCountry/ID",
	"Issuer/Address/CountryCode",
	"CustomsParty/PostalAddress/Country/IdentificationCode",
	"CustomsDeclaration/CustomsParty/PostalAddress/Country/IdentificationCode",
	"SenderParty/PostalAddress/Country/IdentificationCode",
	"Shipment/ExportCountry/IdentificationCode",
}

// countryOf returns the country whose document it is, or "".
func countryOf(root strict.Node) string {
	for _, path := range countryAt {
		if country := root.Find(path).Text(); country != "" {
			return country
		}
	}
	return ""
}
