package schemas

import (
	"embed"
	"path"
	"slices"
)

//go:embed files
var embedded embed.FS

// embeddedIn returns a reader of the embedded files in a folder.
func embeddedIn(folder string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) { return embedded.ReadFile(path.Join(folder, name)) }
}

// A profile is an embedded schema set and the kinds it judges.
type profile struct {
	id     string
	folder string
	files  []string
	kinds  []known

	leniency *leniency // what is let pass although the schema forbids it, or nil
}

// A known kind and how to recognise it.
type known struct {
	kind          Kind
	root, space   string
	customization string
}

const (
	licences = "urn:beibu:schema:trade-licence:1"
	carnets  = "urn:beibu:schema:carnet-transaction:1"
	spsSpace = "urn:un:unece:uncefact:data:standard:"
)

// HealthPermit is the cbc:CustomizationID that makes a UBL GoodsCertificate a
// frontier-port health permit; without it, it is a health certificate.
const HealthPermit = "urn:beibu:kind:health-permit:1"

var profiles = []profile{
	{
		id: "beibu-ubl-2.4/1", folder: "files/ubl/2.4",
		files: []string{
			"ApplicationResponse.xsd", "CertificateOfOrigin.xsd", "ExportCustomsDeclaration.xsd",
			"GoodsCertificate.xsd", "GoodsItemPassport.xsd", "ImportCustomsDeclaration.xsd",
			"ProofOfReexportation.xsd", "ProofOfReexportationReminder.xsd",
			"ProofOfReexportationRequest.xsd", "TransitCustomsDeclaration.xsd",
		},
		kinds: []known{
			{kind: "ata-carnet", root: "GoodsItemPassport", space: ublSpace + "GoodsItemPassport-2"},
			{kind: "ata-reexportation-proof", root: "ProofOfReexportation", space: ublSpace + "ProofOfReexportation-2"},
			{
				kind: "ata-reexportation-request", root: "ProofOfReexportationRequest",
				space: ublSpace + "ProofOfReexportationRequest-2",
			},
			{
				kind: "ata-reexportation-reminder", root: "ProofOfReexportationReminder",
				space: ublSpace + "ProofOfReexportationReminder-2",
			},
			{
				kind: "health-permit", root: "GoodsCertificate", space: ublSpace + "GoodsCertificate-2",
				customization: HealthPermit,
			},
			{kind: "health-certificate", root: "GoodsCertificate", space: ublSpace + "GoodsCertificate-2"},
			{
				kind: "import-declaration", root: "ImportCustomsDeclaration",
				space: ublSpace + "ImportCustomsDeclaration-2",
			},
			{
				kind: "export-declaration", root: "ExportCustomsDeclaration",
				space: ublSpace + "ExportCustomsDeclaration-2",
			},
			{
				kind: "transit-declaration", root: "TransitCustomsDeclaration",
				space: ublSpace + "TransitCustomsDeclaration-2",
			},
			{kind: "certificate-of-origin", root: "CertificateOfOrigin", space: ublSpace + "CertificateOfOrigin-2"},
			{kind: "response", root: "ApplicationResponse", space: ublSpace + "ApplicationResponse-2"},
		},
	},
	{
		id: "beibu-sps-17/1", folder: "files/sps/17", files: []string{"sps-acknowledgement.xsd", "sps-certificate.xsd"},
		kinds: []known{
			{kind: "sps-certificate", root: "SPSCertificate", space: spsSpace + "SPSCertificate:17"},
			{kind: "sps-acknowledgement", root: "SPSAcknowledgement", space: spsSpace + "SPSAcknowledgement:17"},
		},
		// The clients of the IPPC hub write some elements in another order than
		// UN/CEFACT's schema, and notes if it has none; the hub lets both pass.
		leniency: &leniency{
			file: "sps-aggregates.xsd", kind: "SPSNoteType",
			space: spsSpace + "ReusableAggregateBusinessInformationEntity:21",
			notes: []string{"IncludedSPSNote", "AdditionalInformationSPSNote"},
		},
	},
	{
		id: "beibu-trade-licence/1", folder: "files/trade-licence/1", files: []string{"trade-licence.xsd"},
		kinds: []known{
			{kind: "import-licence", root: "ImportLicence", space: licences},
			{kind: "export-licence", root: "ExportLicence", space: licences},
		},
	},
	{
		id: "beibu-carnet-transaction/1", folder: "files/carnet-transaction/1", files: []string{"carnet-transaction.xsd"},
		kinds: []known{{kind: "ata-transaction", root: "CarnetTransaction", space: carnets}},
	},
}

// isBuiltIn reports whether an embedded profile judges a kind.
func isBuiltIn(kind Kind) bool {
	return slices.ContainsFunc(profiles, func(p profile) bool {
		return slices.ContainsFunc(p.kinds, func(k known) bool { return k.kind == kind })
	})
}
