package origin

import (
	"strings"

	"beibu/exchange/facts/codes"
	"beibu/exchange/rules"
)

// partyRules are about who may issue to whom, and the way of the goods.
var partyRules = []rules.Rule{
	{
		Code: "CO-01", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 2",
		EN:     "the issuing authority is in {0}; only an authority of {1}, the issuing Party, may issue",
		ZH:     "签发机构位于{0}；只有签发方{1}的机构可以签发",
		Reads:  []rules.Input{issuingCountry, issuerCountry},
		Check:  checkIssuerCountry,
	},
	{
		Code: "CO-01B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 2: an authority of the exporting Party",
		EN:     "the goods are exported from {0}; the certificate was issued in {1}",
		ZH:     "货物从{0}出口，证书却由{1}签发",
		Reads:  []rules.Input{formE, issuingCountry, exportCountry},
		Check:  checkExportCountry,
	},
	{
		Code: "CO-12", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, box 1: the exporter is in the exporting Party",
		EN:     "the exporter in box 1 is in {0}; it must be in {1}, the issuing Party",
		ZH:     "第1栏出口商位于{0}；须位于签发方{1}境内",
		Reads:  []rules.Input{formE, issuingCountry, exporterCountry},
		Check:  checkExporterCountry,
	},
	{
		Code: "CO-17", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Rules of Origin: goods originating in a Party",
		EN:     "item {0} originates in {1}, which is not a Party; Parties are China and the ten ASEAN states",
		ZH:     "第{0}项原产于{1}，该国不是缔约方；缔约方为中国和东盟十国",
		Reads:  []rules.Input{formE, itemAddress, itemOrigin},
		Check:  checkOriginParty,
	},
	{
		Code: "CO-17B", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, box 2: the consignee is in a Party",
		EN:     "the consignee is in {0}, which is not a Party; Parties are China and the ten ASEAN states",
		ZH:     "收货人位于{0}，该国不是缔约方；缔约方为中国和东盟十国",
		Reads:  []rules.Input{formE, importerCountry},
		Check:  checkImporterParty,
	},
	{
		Code: "CO-17C", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 2",
		EN:     "Form E was issued in {0}, which is not a Party; Parties are China and the ten ASEAN states",
		ZH:     "E类证书由{0}签发，该国不是缔约方；缔约方为中国和东盟十国",
		Reads:  []rules.Input{formE, issuingCountry, issuingParty},
		Check:  checkIssuingParty,
	},
	{
		Code: "CO-17D", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Rules of Origin: preference in another Party",
		EN:     "the consignee is in {0}, the country in which the certificate was issued",
		ZH:     "收货人与证书签发方同在{0}",
		Reads:  []rules.Input{formE, importerCountry, issuingCountry},
		Check:  checkSameParty,
	},
	{
		Code: "CO-17E", Kinds: certificates(), Severity: rules.Hold,
		Source: "ACFTA Rules of Origin, direct consignment; GACC announcement 2019/155: non-manipulation certificate",
		EN:     "the goods are transshipped in {0}, outside the Parties, and no certificate of non-manipulation is named",
		ZH:     "货物在缔约方以外的{0}转运，且未引用未再加工证明",
		Reads:  []rules.Input{formE, supportingType, transshipPort},
		Check:  checkRoute,
	},
}

func checkIssuerCountry(d *rules.Document, report rules.Report) {
	issued := issuedIn(d)
	at := d.First(issuerCountry)
	if code := at.Text(); code != "" && issued != "" && code != issued {
		report(at, code, issued)
	}
}

func checkExportCountry(d *rules.Document, report rules.Report) {
	issued := issuedIn(d)
	at := d.First(exportCountry)
	if code := at.Text(); formE.Of(d) && code != "" && issued != "" && code != issued {
		report(at, code, issued)
	}
}

// checkExporterCountry finds the trader in a third place, such as Hong Kong or
// Taiwan.
func checkExporterCountry(d *rules.Document, report rules.Report) {
	issued := issuedIn(d)
	at := exporterCountry.Of(d)
	if code := at.Text(); formE.Of(d) && code != "" && issued != "" && code != issued {
		report(at, code, issued)
	}
}

func checkOriginParty(d *rules.Document, report rules.Report) {
	for _, item := range formItems(d) {
		at := originOf(d, item)
		if code := at.Text(); code != "" && !isParty(code) {
			report(at, item.Number, code)
		}
	}
}

func checkImporterParty(d *rules.Document, report rules.Report) {
	at := importerCountry.Of(d)
	if code := at.Text(); formE.Of(d) && code != "" && !isParty(code) {
		report(at, code)
	}
}

func checkIssuingParty(d *rules.Document, report rules.Report) {
	if code := issuedIn(d); formE.Of(d) && !isParty(code) {
		report(d.First(issuingParty), code)
	}
}

func checkSameParty(d *rules.Document, report rules.Report) {
	at := importerCountry.Of(d)
	if code := at.Text(); formE.Of(d) && code != "" && code == issuedIn(d) {
		report(at, code)
	}
}

// checkRoute holds the document for a person, who decides by the papers whether
// the goods were changed on the way.
func checkRoute(d *rules.Document, report rules.Report) {
	if !formE.Of(d) || untouched(d) {
		return
	}
	for _, at := range d.All(transshipPort) {
		if code := at.Text(); codes.LocationCode(code) && !isParty(code[:2]) {
			report(at, code)
		}
	}
}

// untouched reports whether a certificate names a certificate of non-manipulation.
func untouched(d *rules.Document) bool {
	for _, kind := range d.All(supportingType) {
		text := strings.ToLower(kind.Text())
		if strings.Contains(text, "non-manipulation") || strings.Contains(text, "未再加工") {
			return true
		}
	}
	return false
}

// isParty reports whether a country is a Party of the ASEAN-China Free Trade Area.
func isParty(country string) bool {
	switch country {
	case "CN", "BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "VN":
		return true
	}
	return false
}

// The paths of countries, and of what shows the way of the goods.
var (
	issuerCountry  = application.To("IssuerParty/" + rules.PostalCountry)
	issuingParty   = application.To("IssuingCountry")
	exportCountry  = shipmentAt.To("ExportCountry/IdentificationCode")
	transshipPort  = shipmentAt.To("ShipmentStage/TransshipPortLocation/ID")
	supportingType = supportingAt.To("DocumentType")
)
