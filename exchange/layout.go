package exchange

import "slices"

// places says where a kind of document holds its facts: paths of local names
// below the root, in the order in which they are tried.
type places struct {
	number, version                              []string
	exportCountry, importCountry, transitCountry []string
	exportPort, importPort, transitPort          []string
	issuer, addressee, hs                        []string
}

// Where UBL parties and addresses keep what is looked for.
const (
	partyCountry = "/PostalAddress/Country/IdentificationCode"
	partyID      = "/PartyIdentification/ID"
	countryCode  = "/IdentificationCode"
	locationOf   = "/ID"
	goodsClass   = "GoodsItem/Item/CommodityClassification/ItemClassificationCode"
)

// under puts a prefix before each path.
func under(prefix string, paths ...string) []string {
	out := make([]string, 0, len(paths))
	for _, p := range paths {
		out = append(out, prefix+p)
	}
	return out
}

// Every UBL document has its number and version here (UBL 2.4 clause 2.3).
var (
	ublNumber  = []string{"ID"}
	ublVersion = []string{"VersionID"}
)

// shipment returns where a UBL shipment below a prefix names countries, ports
// and goods (UBL 2.4 ShipmentType).
func shipment(prefix string) places {
	s := prefix + "Shipment/"
	return places{
		exportCountry:  under(s, "ExportCountry"+countryCode, "Consignment/OriginalDepartureCountry"+countryCode),
		importCountry:  under(s, "Consignment/FinalDestinationCountry"+countryCode, "Delivery/DeliveryAddress/Country"+countryCode),
		transitCountry: under(s, "Consignment/TransitCountry"+countryCode),
		exportPort:     under(s, "ShipmentStage/LoadingPortLocation"+locationOf, "Consignment/LoadingPortLocation"+locationOf),
		importPort: under(s, "ShipmentStage/UnloadingPortLocation"+locationOf, "Consignment/UnloadingPortLocation"+locationOf,
			"FirstArrivalPortLocation"+locationOf),
		hs: under(s, goodsClass, "GoodsItem/RequiredCustomsID"),
	}
}

// before returns where with the paths of ahead tried first.
func (p places) before(ahead places) places {
	return places{
		number: ublNumber, version: ublVersion, issuer: ahead.issuer, addressee: ahead.addressee,
		exportCountry:  slices.Concat(ahead.exportCountry, p.exportCountry),
		importCountry:  slices.Concat(ahead.importCountry, p.importCountry),
		transitCountry: slices.Concat(ahead.transitCountry, p.transitCountry),
		exportPort:     slices.Concat(ahead.exportPort, p.exportPort),
		importPort:     slices.Concat(ahead.importPort, p.importPort),
		transitPort:    slices.Concat(ahead.transitPort, p.transitPort),
		hs:             slices.Concat(ahead.hs, p.hs),
	}
}

// layout is the one table of where facts stand, by kind. A kind that is not in
// it, since a schema pack added it, has its number in the element ID and its
// version in VersionID below the root, as UBL documents have; what it says of
// countries, ports and goods is read where UBL has them.
var layout = map[string]places{
	"ata-carnet": shipment("").before(places{
		exportCountry: under("", "ExportingCustomsParty"+partyCountry, "IssuerParty"+partyCountry),
		importCountry: under("", "ImportingCustomsParty"+partyCountry, "ImportingGuarantorParty"+partyCountry),
		exportPort:    []string{"ExportingCustomsParty" + partyID},
		importPort:    []string{"ImportingCustomsParty" + partyID},
	}),
	"ata-reexportation-proof":    claim,
	"ata-reexportation-request":  claim,
	"ata-reexportation-reminder": claim,
	"import-licence":             licence,
	"export-licence":             licence,
	"import-declaration": shipment("").before(places{
		exportCountry: []string{"ConsignorParty" + partyCountry},
		importCountry: under("", "ImporterParty"+partyCountry, "ConsigneeParty"+partyCountry),
		importPort:    under("", "CustomsParty"+partyID),
	}),
	"export-declaration": shipment("CustomsDeclaration/").before(places{
		exportCountry: []string{"ExporterParty" + partyCountry},
		importCountry: []string{"CustomsDeclaration/ConsigneeParty" + partyCountry},
		exportPort:    under("CustomsDeclaration/", "CustomsExitOfficeLocation"+locationOf, "CustomsParty"+partyID),
	}),
	"health-permit":      goodsCertificate,
	"health-certificate": goodsCertificate,
	"sps-certificate": {
		number: []string{"SPSExchangedDocument/ID"},
		// The same certificate is sent again when it is withdrawn or replaced
		// (UNCL 1373), so its status tells the one from the other.
		version:        []string{"SPSExchangedDocument/StatusCode"},
		exportCountry:  []string{"SPSConsignment/ExportSPSCountry/ID"},
		importCountry:  []string{"SPSConsignment/ImportSPSCountry/ID"},
		transitCountry: []string{"SPSConsignment/TransitSPSCountry/ID"},
		exportPort:     []string{"SPSConsignment/LoadingBaseportSPSLocation/ID"},
		importPort:     []string{"SPSConsignment/UnloadingBaseportSPSLocation/ID"},
		hs:             []string{"SPSConsignment/IncludedSPSConsignmentItem/IncludedSPSTradeLineItem/ApplicableSPSClassification/ClassCode"},
	},
	"certificate-of-origin": shipment("CertificateOfOriginApplication/").before(places{
		exportCountry: []string{"ExporterParty" + partyCountry},
		importCountry: []string{"ImporterParty" + partyCountry},
	}),
	"response": {
		number: ublNumber, version: ublVersion,
		addressee: []string{"ReceiverParty" + partyID},
	},
	"transit-declaration": shipment("").before(places{
		exportCountry: []string{"TransitExporterParty" + partyCountry},
		importCountry: []string{"ConsigneeParty" + partyCountry},
		exportPort:    []string{"ExportCustomsExitOfficeLocation" + locationOf},
		transitPort:   []string{"TransitCustomsExitOfficeLocation" + locationOf},
		importPort:    []string{"ImportCustomsExitOfficeLocation" + locationOf},
	}),
}

// goodsCertificate is where a health permit or certificate holds its facts. A
// permit names the port that it is for and no journey.
var goodsCertificate = shipment("").before(places{
	exportCountry: under("", "ExporterParty"+partyCountry, "ApplicableTerritoryAddress/Country"+countryCode),
	importCountry: []string{"ImporterParty" + partyCountry},
	exportPort:    []string{"ApplicableTerritoryAddress" + locationOf},
})

// claim is where the documents of a carnet claim hold their facts: the goods
// went from the exporting to the importing guarantor's country.
var claim = places{
	number: ublNumber, version: ublVersion,
	exportCountry: []string{"ExportingGuarantorParty" + partyCountry},
	importCountry: []string{"ImportingGuarantorParty" + partyCountry},
	exportPort:    []string{"ExportingCustomsParty" + partyID},
	importPort:    []string{"ImportingCustomsParty" + partyID},
}

// licence is where a trade licence holds its facts. The customs offices that it
// names are on this side of the border.
var licence = places{
	number: []string{"ID"}, version: []string{"VersionID"}, issuer: []string{"Issuer/Name"},
	exportCountry: []string{"ExportationCountryCode"},
	importCountry: []string{"DestinationCountryCode"},
	exportPort:    []string{"CustomsOffice/LocationID"},
	importPort:    []string{"CustomsOffice/LocationID"},
	hs:            []string{"GoodsItem/Commodity/Classification/ID"},
}
