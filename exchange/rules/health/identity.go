package health

import (
	"slices"
	"strings"
	"unicode"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// identityRules are about which of the two kinds a document is, and which
// earlier documents it follows.
var identityRules = []rules.Rule{
	{
		Code: "HLT-09", Kinds: permitOrCertificate(), Severity: rules.Reject,
		Source: "UBL 2.4, GoodsCertificate: the references name earlier documents",
		EN:     "the document {0} says that it follows itself",
		ZH:     "单证{0}声明其前一单证为自身",
		Check:  checkReplacesItself,
	},
	{
		Code: "HLT-09B", Kinds: permitOrCertificate(), Severity: rules.Reject,
		Source: "UBL 2.4, GoodsCertificate: the references name earlier documents",
		EN:     "the earlier document is of {0}, after this one of {1}",
		ZH:     "前一单证的日期{0}晚于本单证的签发日期{1}",
		Check:  checkReplacedLater,
	},
	{
		Code: "HLT-16", Kinds: certificateOnly(), Severity: rules.Reject,
		Source: "Kinds of document of the exchange: a health permit is a GoodsCertificate of this CustomizationID",
		EN: "the CustomizationID {0} is not known; known are " + PermitCustomization +
			" for a health permit, and none for a health certificate",
		ZH:    "CustomizationID {0}无法识别；卫生许可证为" + PermitCustomization + "，卫生证书不填写",
		Reads: []rules.Input{customization},
		Check: checkMistypedCustomization,
	},
	{
		Code: "HLT-16B", Kinds: certificateOnly(), Severity: rules.Warn,
		Source: "UBL 2.4, CustomizationID; kinds of document of the exchange",
		EN: "the CustomizationID {0} is not known here, so this is taken for a health certificate; " +
			"a health permit has " + PermitCustomization,
		ZH:    "CustomizationID {0}无法识别，本单证按卫生证书处理；卫生许可证为" + PermitCustomization,
		Reads: []rules.Input{customization},
		Check: checkForeignCustomization,
	},
}

// checkReplacesItself compares versions in addition to numbers, since a new
// version of a document keeps its number.
func checkReplacesItself(d *rules.Document, report rules.Report) {
	own, version := d.Facts.At(paths.Number).Text(), d.Facts.At(paths.Version).Text()
	for _, earlier := range d.Facts.References() {
		if own != "" && earlier.Number == own && earlier.Version == version {
			report(earlier.At, own)
		}
	}
}

func checkReplacedLater(d *rules.Document, report rules.Report) {
	for _, earlier := range d.Facts.References() {
		if !d.Facts.Issued.IsZero() && earlier.Issued().After(d.Facts.Issued) {
			report(earlier.Part(paths.Issued), values.ISODate(earlier.Issued()), values.ISODate(d.Facts.Issued))
		}
	}
}

// PermitCustomization is the CustomizationID that makes a GoodsCertificate a
// health permit. With any other CustomizationID, and without one, it is a health
// certificate.
const PermitCustomization = "urn:beibu:kind:health-permit:1"

// checkMistypedCustomization reports a permit that was taken for a certificate
// because its CustomizationID is mistyped. The other rules of certificates do not
// apply then (see unlessMistyped): their breaches would only confuse.
func checkMistypedCustomization(d *rules.Document, report rules.Report) {
	if at := d.First(customization); mistyped(at) {
		report(at, at.Text())
	}
}

// checkForeignCustomization only warns, since the CustomizationID of another
// community does no harm.
func checkForeignCustomization(d *rules.Document, report rules.Report) {
	if at := d.First(customization); at.Text() != "" && !mistyped(at) {
		report(at, at.Text())
	}
}

// mistyped reports whether a CustomizationID was meant to be that of a permit:
// its letters name the exchange or the permit.
func mistyped(at strict.Node) bool {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, at.Text())
	return strings.Contains(letters, "beibu") || strings.Contains(letters, "healthpermit")
}

// unlessMistyped returns the same rules, which then report nothing about a
// document whose CustomizationID is mistyped.
func unlessMistyped(all []rules.Rule) []rules.Rule {
	all = slices.Clone(all)
	for i := range all {
		check := all[i].Check
		all[i].Reads = append(all[i].Reads, customization)
		all[i].Check = func(d *rules.Document, report rules.Report) {
			if !mistyped(d.First(customization)) {
				check(d, report)
			}
		}
	}
	return all
}
