package sps

import (
	"strings"

	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// certificateRules are about the type and the state of a certificate, and its
// countries.
var certificateRules = []rules.Rule{
	{
		Code: "SPS-01", Kinds: certificates(), Severity: rules.Reject,
		Source: "IPPC (1997), Article V.2(a): issued by officers of the exporting country's organisation",
		From:   law.IPPC(),
		EN:     "issued by an authority in {0}; the goods are exported from {1}, whose authority must issue",
		ZH:     "签发机构位于{0}；货物从{1}出口，须由该国主管机构签发",
		Reads:  []rules.Input{issuerCountry, exportCountry},
		Check:  checkIssuerCountry,
	},
	{
		Code: "SPS-01B", Kinds: certificates(), Severity: rules.Warn,
		Source: "IPPC (1997), Article V.1: certificates are for export to another country",
		From:   law.IPPC(),
		EN:     "{0} is both the country of export and of import",
		ZH:     "出口国与进口国同为{0}",
		Reads:  []rules.Input{importCountry, importCountryID, exportCountry},
		Check:  checkSameCountry,
	},
	{
		Code: "SPS-02", Kinds: certificates(), Severity: rules.Warn,
		Source: "IPPC (1997), Article V.3: additional declarations say what is justified",
		From:   law.IPPC(),
		EN:     "the note {0} says nothing",
		ZH:     "附注{0}没有内容",
		Reads:  []rules.Input{notes, noteContents},
		Check:  checkEmptyDeclaration,
	},
	{
		Code: "SPS-07", Kinds: certificates(), Severity: rules.Reject,
		Source: "UNCL 1001: 851 and 657 phytosanitary, 852 sanitary, 853 veterinary, 636 health",
		EN:     "{0} is not a type of certificate; allowed are 851, 657, 852, 853 and 636",
		ZH:     "{0}不是证书类型；可用851、657、852、853、636",
		Reads:  []rules.Input{typeCode},
		Check:  checkCertificateType,
	},
	{
		Code: "SPS-07B", Kinds: certificates(), Severity: rules.Warn,
		Source: "UNCL 1001 and Harmonized System chapters: plants have phytosanitary, animals veterinary certificates",
		EN:     "goods of HS {0} do not go with a certificate of type {1}",
		ZH:     "HS编码{0}的货物与证书类型{1}不符",
		Reads:  []rules.Input{typeCode, lineClassCode},
		Check:  checkTypeOfGoods,
	},
	{
		Code: "SPS-10", Kinds: certificates(), Severity: rules.Reject,
		Source: "ePhyto status list: 70 issued, 40 withdrawn, 44 replaced, 64 cancelled",
		EN:     "status {0} is not one that is exchanged; allowed are 70 issued, 40 withdrawn, 44 replaced and 64 cancelled",
		ZH:     "状态{0}不可交换；可用70已签发、40已撤回、44已替换、64已取消",
		Reads:  []rules.Input{statusCode},
		Check:  checkStatus,
	},
	{
		Code: "SPS-23", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: declared point of entry; Appendix 1: UN/LOCODE",
		EN:     "the port of entry {0} is not in {1}, the country of import",
		ZH:     "入境口岸{0}不在进口国{1}",
		Reads:  []rules.Input{importCountryID, unloadingPort},
		Check:  checkPortOfEntry,
	},
}

// checkIssuerCountry leaves out an issuer without an address.
func checkIssuerCountry(d *rules.Document, report rules.Report) {
	at := d.First(issuerCountry)
	export := d.First(exportCountry).Text()
	if code := at.Text(); code != "" && export != "" && code != export {
		report(at, code, export)
	}
}

func checkSameCountry(d *rules.Document, report rules.Report) {
	at := d.First(importCountry)
	code := d.FirstIn(at, importCountryID).Text()
	if code != "" && code == d.First(exportCountry).Text() {
		report(at, code)
	}
}

func checkEmptyDeclaration(d *rules.Document, report rules.Report) {
	for _, n := range notes.Of(d) {
		if n.subject != "" && !d.HasText(n.at, noteContents) {
			report(n.at, n.subject)
		}
	}
}

func checkCertificateType(d *rules.Document, report rules.Report) {
	switch code := certificateType(d); code {
	case phytosanitary, reexport, sanitary, veterinary, health:
	default:
		report(d.First(typeCode), code)
	}
}

// The chapters of the Harmonized System that are only about animals and their
// products, and only about plants and their products.
const (
	animalChapters = " 01 02 03 04 05 16 "
	plantChapters  = " 06 07 08 09 10 11 12 13 14 24 44 "
)

func checkTypeOfGoods(d *rules.Document, report rules.Report) {
	var wrong string
	certificate := certificateType(d)
	switch certificate {
	case phytosanitary, reexport:
		wrong = animalChapters
	case veterinary:
		wrong = plantChapters
	default:
		return
	}
	for _, line := range goodsLines.Of(d) {
		for _, at := range d.AllIn(line.At, lineClassCode) {
			code := at.Text()
			if len(code) >= 2 && strings.Contains(wrong, " "+code[:2]+" ") && values.IsHS(at) {
				report(at, code, certificate)
			}
		}
	}
}

// checkStatus refuses drafts: only a certificate that was issued is exchanged,
// also if it was withdrawn, replaced or cancelled since.
func checkStatus(d *rules.Document, report rules.Report) {
	at := d.First(statusCode)
	switch code := at.Text(); code {
	case "70", "40", "44", "64":
	default:
		report(at, code)
	}
}

// checkPortOfEntry leaves out ports that do not have the form of a UN/LOCODE.
func checkPortOfEntry(d *rules.Document, report rules.Report) {
	country := d.First(importCountryID).Text()
	at := d.First(unloadingPort)
	if code := at.Text(); codes.LocationCode(code) && country != "" && code[:2] != country {
		report(at, code, country)
	}
}

// The paths of the head of a certificate, and of its countries.
var (
	statusCode      = head.To("StatusCode")
	issuerCountry   = head.To("IssuerSPSParty/SpecifiedSPSAddress/CountryID")
	importCountry   = consignment.To("ImportSPSCountry")
	importCountryID = importCountry.To("ID")
	unloadingPort   = consignment.To("UnloadingBaseportSPSLocation/ID")
)
