package health

import (
	"cmp"
	"slices"
	"strings"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// certificateRules are about health certificates for goods.
var certificateRules = []rules.Rule{
	{
		Code: "HLT-10", Kinds: certificateOnly(), Severity: rules.Reject,
		Source: "UNCL 1001: 636 health, 852 sanitary, 853 veterinary, 856 inspection certificate",
		EN:     "{0} is not a type of health certificate; allowed are 636, 852, 853 and 856",
		ZH:     "{0}不是卫生证书类型；可用636、852、853、856",
		Reads:  []rules.Input{typeCode},
		Check:  checkCertificateType,
	},
	{
		Code: "HLT-11", Kinds: certificateOnly(), Severity: rules.Warn,
		Source: "Codex CXG 38-2001: a certificate states what the authority attests",
		EN:     "the certificate attests nothing: no line of an attestation has a text",
		ZH:     "证书没有任何证明内容：证明条目均无文字",
		Reads:  []rules.Input{attested},
		Check:  checkAttested,
	},
	{
		Code: "HLT-12", Kinds: certificateOnly(), Severity: rules.Reject,
		Source: "Codex CXG 38-2001: issued by the competent authority of the exporting country",
		EN:     "issued by an authority in {0}; the goods are exported from {1}, whose authority must issue",
		ZH:     "签发机构位于{0}；货物从{1}出口，须由该国主管机构签发",
		Reads:  []rules.Input{issuerIn, exportCountry, exporterIn},
		Check:  checkIssuerCountry,
	},
	{
		Code: "HLT-13", Kinds: certificateOnly(), Severity: rules.Reject,
		Source: "Codex CXG 38-2001: quantity of the product",
		EN:     "goods item {0} has no quantity; a weight, a volume or a number above zero must be given",
		ZH:     "第{0}项货物没有数量；须填写大于零的重量、体积或数量",
		Reads:  []rules.Input{quantities, itemID},
		Check:  checkQuantity,
	},
	{
		Code: "HLT-14", Kinds: certificateOnly(), Severity: rules.Reject,
		Source: "Arithmetic: what is net is not more than gross",
		EN:     "goods item {0} weighs {1} net, more than {2} gross",
		ZH:     "第{0}项货物净重{1}大于毛重{2}",
		Reads:  []rules.Input{itemID},
		Check:  checkNetOverGross,
	},
	{
		Code: "HLT-15", Kinds: certificateOnly(), Severity: rules.Reject,
		Source: "Codex CXG 38-2001: consignor or exporter, consignee or importer",
		EN:     "neither {0} nor {1} is named",
		ZH:     "未注明{0}或{1}的名称",
		Reads:  []rules.Input{senderNames, receiverNames},
		Check:  checkTraders,
	},
}

// checkCertificateType leaves out codes with letters: they are private codes, such
// as ChinaFish in the examples of UBL.
func checkCertificateType(d *rules.Document, report rules.Report) {
	at := d.First(typeCode)
	switch code := at.Text(); code {
	case "", "636", "852", "853", "856":
	default:
		if strings.Trim(code, "0123456789") == "" {
			report(at, code)
		}
	}
}

func checkAttested(d *rules.Document, report rules.Report) {
	if !d.HasText(d.Root, attested) {
		report(d.Root)
	}
}

func checkIssuerCountry(d *rules.Document, report rules.Report) {
	at := d.First(issuerIn)
	export := cmp.Or(d.First(exportCountry).Text(), d.First(exporterIn).Text())
	if issued := at.Text(); issued != "" && export != "" && issued != export {
		report(at, issued, export)
	}
}

func checkQuantity(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		if !slices.ContainsFunc(d.AllIn(item.At, quantities), aboveZero) {
			report(item.At, d.FirstIn(item.At, itemID).Text())
		}
	}
}

func aboveZero(quantity strict.Node) bool {
	n, ok := values.Number(quantity)
	return ok && n.Sign() > 0
}

func checkNetOverGross(d *rules.Document, report rules.Report) {
	for _, item := range d.Facts.Lines() {
		at := item.Part(paths.NetMass)
		if net, gross, over := values.Exceeds(at, item.Part(paths.GrossMass)); over {
			report(at, d.FirstIn(item.At, itemID).Text(), net.String(), gross.String())
		}
	}
}

func checkTraders(d *rules.Document, report rules.Report) {
	if !named(d, senderNames) {
		report(d.Root, "ExporterParty", "ConsignorParty")
	}
	if !named(d, receiverNames) {
		report(d.Root, "ImporterParty", "ConsigneeParty")
	}
}

// The paths of what certificates attest, of countries, and of traders and goods.
var (
	attested      = rules.NewPath("Attestation/AttestationLine/Description")
	exportCountry = rules.NewPath("Shipment/ExportCountry/IdentificationCode")
	exporterIn    = rules.NewPath("ExporterParty/" + rules.PostalCountry)
	senderNames   = names(rules.NewPath("ExporterParty", "ConsignorParty"))
	receiverNames = names(rules.NewPath("ImporterParty", "ConsigneeParty"))
	itemID        = itemAt.To("ID")
	quantities    = itemAt.To("NetWeightMeasure", "GrossWeightMeasure", "NetVolumeMeasure", "GrossVolumeMeasure", "Quantity")
)
