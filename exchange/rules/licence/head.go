package licence

import (
	"iter"
	"strconv"
	"strings"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
)

// headRules are about the codes in the head of a licence and the licences that it
// replaces.
var headRules = []rules.Rule{
	{
		Code: "LIC-10", Kinds: licences(), Severity: rules.Reject,
		Source: "Chinese licence measures: changes mean surrender and re-issue",
		EN:     "edition {0} names no licence that it replaces in PreviousDocument",
		ZH:     "第{0}版许可证未在PreviousDocument中注明所替换的原许可证",
		Check:  checkReplacedLicence,
	},
	{
		Code: "LIC-10B", Kinds: licences(), Severity: rules.Reject,
		Source: "WCO Data Model, PreviousDocument: a document that came before",
		EN:     "names edition {0} of this licence as one that came before; this is edition {1}",
		ZH:     "将本许可证第{0}版列为原许可证，而本证为第{1}版",
		Check:  checkReplacesItself,
	},
	{
		Code: "LIC-10C", Kinds: licences(), Severity: rules.Reject,
		Source: "WCO Data Model, PreviousDocument: a document that came before",
		EN:     "the earlier licence was issued on {0}, after this one on {1}",
		ZH:     "原许可证签发日期{0}晚于本证签发日期{1}",
		Check:  checkReplacedLater,
	},
	{
		Code: "LIC-19", Kinds: imports(), Severity: rules.Reject,
		Source: "Chinese declaration rules, document codes: 1 import licence; 7, O, v automatic import licence",
		EN:     "category {0} is not one of an import licence: 1, 2, 7, O, v",
		ZH:     "证件代码{0}不是进口许可证的代码（1、2、7、O、v）",
		Reads:  []rules.Input{categoryCode},
		Check:  checkImportCategory,
	},
	{
		Code: "LIC-19B", Kinds: exports(), Severity: rules.Warn,
		Source: "Chinese declaration rules, document codes; common practice",
		EN:     "category {0} is not one of an export licence: 3, 4, G, x, y",
		ZH:     "证件代码{0}不是出口许可证的代码（3、4、G、x、y）",
		Reads:  []rules.Input{categoryCode},
		Check:  checkExportCategory,
	},
	{
		Code: "LIC-19C", Kinds: licences(), Severity: rules.Reject,
		Source: "UNCL 1001: 811 export licence, 911 import licence",
		EN:     "document type {0} is not {1}, as this licence should have",
		ZH:     "单证类型代码为{0}，本许可证应为{1}",
		Reads:  []rules.Input{typeCode},
		Check:  checkDocumentType,
	},
	{
		Code: "LIC-25", Kinds: licences(), Severity: rules.Warn,
		Source: "WCO Data Model, ExportationCountry and Destination; common practice",
		EN:     "goods go from {0} to {0}",
		ZH:     "出口国与目的国同为{0}",
		Reads:  []rules.Input{destination, exportation},
		Check:  checkSameCountry,
	},
}

// checkReplacedLicence follows from how a licence changes: it is never edited, but
// surrendered and issued again with a reference to the old one.
func checkReplacedLicence(d *rules.Document, report rules.Report) {
	at := d.Facts.At(paths.Version)
	if n := edition(at.Text()); n > 1 && !replacesAnother(d) {
		report(at, strconv.Itoa(n))
	}
}

// replaced iterates over the licences that a licence replaces.
func replaced(d *rules.Document) iter.Seq[facts.Reference] { return referring(d, "replaced") }

// replacesAnother reports whether a licence names one that it replaces.
func replacesAnother(d *rules.Document) bool {
	for range replaced(d) {
		return true
	}
	return false
}

// edition reads a version number: 1 if there is none.
func edition(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// checkReplacesItself accepts another licence or an earlier edition of the same
// one.
func checkReplacesItself(d *rules.Document, report rules.Report) {
	number, current := d.Facts.At(paths.Number).Text(), edition(d.Facts.At(paths.Version).Text())
	for previous := range replaced(d) {
		before := edition(previous.Version)
		if previous.Number == number && before >= current {
			report(previous.At, strconv.Itoa(before), strconv.Itoa(current))
		}
	}
}

func checkReplacedLater(d *rules.Document, report rules.Report) {
	issued := d.Facts.Issued
	if issued.IsZero() {
		return
	}
	for previous := range replaced(d) {
		if previous.Issued().After(issued) {
			report(previous.Part(paths.Issued), values.ISODate(previous.Issued()), values.ISODate(issued))
		}
	}
}

// checkImportCategory accepts code 2, of dual-use import licences, by common
// practice.
func checkImportCategory(d *rules.Document, report rules.Report) {
	if at := d.First(categoryCode); at.Exists() && !isOneOf(importCodes, at.Text()) {
		report(at, at.Text())
	}
}

// checkExportCategory uses a list of common practice, so the rule warns.
func checkExportCategory(d *rules.Document, report rules.Report) {
	if at := d.First(categoryCode); at.Exists() && !isOneOf(exportCodes, at.Text()) {
		report(at, at.Text())
	}
}

func checkDocumentType(d *rules.Document, report rules.Report) {
	want := "911"
	if d.Kind == exportLicence {
		want = "811"
	}
	if at := d.First(typeCode); at.Exists() && at.Text() != want {
		report(at, at.Text(), want)
	}
}

// checkSameCountry warns only, since goods of a country do return to it under a
// licence.
func checkSameCountry(d *rules.Document, report rules.Report) {
	at := d.First(destination)
	if from := d.First(exportation).Text(); from != "" && from == at.Text() {
		report(at, from)
	}
}

// The document codes of the Chinese customs declaration under which a licence
// is cited (LIC-19 names 1, 7, O and v; the others are common practice).
const (
	importCodes    = "127Ov" // licence, dual-use licence, automatic licences
	exportCodes    = "34Gxy" // dual-use licence, licence, dual-use (targeted), processing trade, border trade
	automaticCodes = "7Ov"   // automatic import licences
	dualUseCodes   = "23G"   // dual-use items and technologies, precursor chemicals among them
	ordinaryExport = "4xy"   // export licences that are not for dual-use items
	ordinaryImport = "1"
)

// hasCategory reports whether the category code of a licence is one of codes. A rule
// that asks so reads categoryCode.
func hasCategory(d *rules.Document, codes string) bool {
	return isOneOf(codes, d.First(categoryCode).Text())
}

// isOneOf reports whether a category code is one of codes.
func isOneOf(codes, code string) bool {
	return len(code) == 1 && strings.Contains(codes, code)
}

// The paths of the head of a licence.
var (
	typeCode    = rules.NewPath("TypeCode")
	exportation = rules.NewPath("ExportationCountryCode")
)
