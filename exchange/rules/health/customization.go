package health

import (
	"strings"
	"unicode"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// PermitCustomization is the CustomizationID that makes a GoodsCertificate a
// health permit. With any other, and without one, it is a health certificate.
const PermitCustomization = "urn:beibu:kind:health-permit:1"

// mistypedCustomization is HLT-16. A permit whose CustomizationID is mistyped is
// taken for a certificate, of which it is not worth saying what it lacks: the
// other rules of certificates are silent then.
func mistypedCustomization() rules.Rule {
	return rules.Rule{
		Code: "HLT-16", Kinds: certificates(), Severity: rules.Reject,
		Source: "Kinds of document of the exchange: a health permit is a GoodsCertificate of this CustomizationID",
		EN: "the CustomizationID {0} is not known; known are " + PermitCustomization +
			" for a health permit, and none for a health certificate",
		ZH: "CustomizationID {0}无法识别；卫生许可证为" + PermitCustomization + "，卫生证书不填写",
		Check: func(d *rules.Document, report rules.Report) {
			if at := customization(d.Root); mistyped(at) {
				report(at, at.Text())
			}
		},
	}
}

// foreignCustomization is HLT-16B. A CustomizationID of others does no harm; who
// meant a permit is warned.
func foreignCustomization() rules.Rule {
	return rules.Rule{
		Code: "HLT-16B", Kinds: certificates(), Severity: rules.Warn,
		Source: "UBL 2.4, CustomizationID; kinds of document of the exchange",
		EN: "the CustomizationID {0} is not known here, so this is taken for a health certificate; " +
			"a health permit has " + PermitCustomization,
		ZH: "CustomizationID {0}无法识别，本单证按卫生证书处理；卫生许可证为" + PermitCustomization,
		Check: func(d *rules.Document, report rules.Report) {
			if at := customization(d.Root); at.Text() != "" && !mistyped(at) {
				report(at, at.Text())
			}
		},
	}
}

func customization(root strict.Node) strict.Node { return root.Find("CustomizationID") }

// mistyped reports whether a CustomizationID was meant to be one of the exchange's:
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

// unlessMistyped returns rules that are silent about a document that only is a
// certificate because its CustomizationID is mistyped.
func unlessMistyped(all []rules.Rule) []rules.Rule {
	for i := range all {
		check := all[i].Check
		all[i].Check = func(d *rules.Document, report rules.Report) {
			if !mistyped(customization(d.Root)) {
				check(d, report)
			}
		}
	}
	return all
}
