package declaration

import (
	"iter"
	"slices"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/exchange/rules/licence"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// citationRules are about the documents that a declaration cites.
var citationRules = []rules.Rule{
	{
		Code: "DEC-16", Kinds: importsAndExports(), Severity: rules.Warn,
		Source: "State Council Decree 445 (precursor chemicals); declarations cite the licence that the commodity code demands",
		From:   law.Decree445(),
		EN:     "{0} is a precursor chemical; no licence is cited for it",
		ZH:     "{1}属于易制毒化学品；未注明进出口许可证",
		Reads:  []rules.Input{customsCountry},
		Check:  checkPrecursorLicence,
	},
	{
		Code: "DEC-16B", Kinds: exports(), Severity: rules.Warn,
		Source: "MOFCOM and GACC Announcement 2023/39: export control of graphite, from 1 December 2023",
		From:   law.GraphiteControl(),
		EN:     "graphite of commodity code {0} is a dual-use item; no export licence is cited for it",
		ZH:     "商品编号{0}的石墨属于两用物项；未注明出口许可证",
		Reads:  []rules.Input{customsCountry},
		Check:  checkGraphiteLicence,
	},
	{
		Code: "DEC-16C", Kinds: imports(), Severity: rules.Warn,
		Source: "IPPC, article V; Chinese plant quarantine: plants and plant products come with a phytosanitary certificate",
		EN:     "{0} is a plant product; no phytosanitary certificate (851, 657) is cited",
		ZH:     "商品编号{0}属于植物产品；未注明植物检疫证书（851、657）",
		Reads:  []rules.Input{customsCountry},
		Check:  checkPlantCertificate,
	},
	{
		Code: "DEC-16D", Kinds: transits(), Severity: rules.Warn,
		Source: "Chinese plant quarantine: transit of plants needs the exporting country's quarantine certificate",
		EN:     "{0} is a plant product in transit; the exporting country's phytosanitary certificate (851, 657) is not cited",
		ZH:     "商品编号{0}属于过境植物产品；未注明输出国植物检疫证书（851、657）",
		Reads:  []rules.Input{customsCountry},
		Check:  checkPlantCertificate,
	},
	{
		Code: "DEC-21", Kinds: all(), Severity: rules.Reject,
		Source: "UBL PreviousCustomsDeclaration: a declaration that came before",
		EN:     "the declaration {0} names itself as the previous one",
		ZH:     "报关单{0}将自身列为前一份报关单",
		Check:  checkPreviousItself,
	},
}

// checkPrecursorLicence reports the name of the chemical twice: {0} is in English,
// {1} in Chinese.
func checkPrecursorLicence(d *rules.Document, report rules.Report) {
	kind := exportLicence
	if d.Kind == importDeclaration {
		kind = importLicence
	}
	for item := range withoutCitation(d, kind) {
		at := item.Part(paths.HS)
		if en, zh, ok := licence.Precursor(values.HSPrefix(at, 6)); ok {
			report(at, en, zh)
		}
	}
}

// graphites are the Chinese subheadings of flake graphite, which includes spherical
// graphite, and of expanded graphite.
var graphites = []string{"25041010", "25041091", "38019010"}

func checkGraphiteLicence(d *rules.Document, report rules.Report) {
	for item := range withoutCitation(d, exportLicence) {
		at := item.Part(paths.HS)
		if slices.Contains(graphites, values.HSPrefix(at, 8)) {
			report(at, at.Text())
		}
	}
}

// checkPlantCertificate reports only the first item concerned: one certificate
// usually covers the whole consignment.
func checkPlantCertificate(d *rules.Document, report rules.Report) {
	for item := range withoutCitation(d, plantCertificate) {
		if at := item.Part(paths.HS); isPlant(at) {
			report(at, at.Text())
			return
		}
	}
}

// isPlant reports whether a commodity code is of live plants, vegetables, fruit or
// cereals: chapters 06, 07, 08 and 10 of the Harmonized System.
func isPlant(code strict.Node) bool {
	switch values.HSPrefix(code, 2) {
	case "06", "07", "08", "10":
		return len(values.HSDigits(code)) >= 6
	}
	return false
}

func checkPreviousItself(d *rules.Document, report rules.Report) {
	own := d.Facts.At(paths.Number).Text()
	for _, r := range d.Facts.References() {
		if r.Role == "previous" && r.Number == own {
			report(r.Part(paths.Number), own)
		}
	}
}

// The kinds of document that a declaration cites, by whichever code: of three digits
// those of UNCL 1001, of one character those of the Chinese declaration.
const (
	importLicence    = "import-licence"
	exportLicence    = "export-licence"
	plantCertificate = "sps-certificate" // for export and for re-export
)

// withoutCitation iterates over the goods items of a declaration to a Chinese customs
// office for which no document of a kind is cited: neither by the declaration as a
// whole nor by the item.
func withoutCitation(d *rules.Document, kind string) iter.Seq[facts.Line] {
	cited := func(r facts.Reference) bool { return r.Kind == kind }
	return func(yield func(facts.Line) bool) {
		if !madeInChina(d) {
			return
		}
		for r := range d.Facts.ReferencesOutside() {
			if cited(r) {
				return
			}
		}
		for _, item := range d.Facts.Lines() {
			if !slices.ContainsFunc(d.Facts.ReferencesIn(item), cited) && !yield(item) {
				return
			}
		}
	}
}
