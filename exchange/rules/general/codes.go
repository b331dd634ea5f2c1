package general

import (
	"strings"

	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
)

// listRules are about codes that must be in the lists that they are from.
var listRules = []rules.Rule{
	{
		Code: "GEN-04", Severity: rules.Reject,
		Source: "ISO 3166-1 alpha-2",
		EN:     "{0} is not a country code",
		ZH:     "{0}不是国家代码",
		Reads:  []rules.Input{rules.Coded, rules.Listed},
		Check:  unlisted(holdsCountry, codes.Country),
	},
	{
		Code: "GEN-04B", Severity: rules.Reject,
		Source: "ISO 4217",
		EN:     "{0} is not a currency code",
		ZH:     "{0}不是货币代码",
		Reads:  []rules.Input{rules.Priced, rules.Listed},
		Check:  checkCurrencyCode,
	},
	{
		Code: "GEN-04C", Severity: rules.Warn,
		Source: "UNECE Recommendation 20",
		EN:     "{0} is not a unit of measure of Recommendation 20",
		ZH:     "{0}不是第20号建议书的计量单位代码",
		Reads:  []rules.Input{rules.Measured},
		Check:  checkUnitCode,
	},
	{
		Code: "GEN-04D", Severity: rules.Warn,
		Source: "UNECE Recommendation 21",
		EN:     "{0} is not a package code of Recommendation 21",
		ZH:     "{0}不是第21号建议书的包装代码",
		Reads:  []rules.Input{rules.Coded, rules.Listed},
		Check:  unlisted(holdsPackage, codes.Package),
	},
	{
		Code: "GEN-04E", Severity: rules.Warn,
		Source: "UN/LOCODE",
		EN:     "{0} is not a place in UN/LOCODE",
		ZH:     "{0}不是UN/LOCODE中的地点",
		Reads:  []rules.Input{rules.Coded, rules.Listed},
		Check:  checkLocationCode,
	},
	{
		Code: "GEN-04F", Severity: rules.Warn,
		Source: "UNECE Recommendation 19",
		EN:     "{0} is not a mode of transport of Recommendation 19",
		ZH:     "{0}不是第19号建议书的运输方式代码",
		Reads:  []rules.Input{rules.Coded, rules.Listed},
		Check:  unlisted(holdsMode, codes.TransportMode),
	},
	{
		Code: "GEN-13", Severity: rules.Warn,
		Source: "Harmonized System: chapters 01 to 97 without 77, six digits and national ones; Customs tariff of China: chapter 98",
		EN:     "{0} is not an HS code; it has 6, 8 or 10 digits and begins with a chapter from 01 to 98",
		ZH:     "{0}不是HS编码；应为6、8或10位数字，并以01至98章开头",
		Reads:  []rules.Input{rules.Coded, rules.Listed},
		Check:  checkHSCode,
	},
	{
		Code: "GEN-14", Severity: rules.Warn,
		Source: "UN/LOCODE: the first two letters are the country",
		EN:     "the place {0} is not in {1}, the country of its address",
		ZH:     "地点{0}不在其地址所在国{1}",
		Reads:  []rules.Input{rules.Coded, rules.Listed},
		Check:  checkLocationCountry,
	},
}

// unlisted returns a check that reports every code that is not in a list. The
// function holds reports whether an element holds a code of that list, given
// whether the document is of a built-in kind: elements of a built-in kind are
// known by their names. A kind from a schema pack may use the same names for
// something else, so its elements must name the list.
func unlisted(holds func(builtIn bool, n rules.Element) bool, listed func(code string) bool) func(*rules.Document, rules.Report) {
	return func(d *rules.Document, report rules.Report) {
		builtIn := d.BuiltIn()
		d.Each(coded(builtIn), func(n rules.Element) {
			if !holds(builtIn, n) {
				return
			}
			if code := n.Text(); code != "" && !listed(code) {
				report(n.Node, code)
			}
		})
	}
}

// coded returns the trait of elements that can hold a code of a list: in a built-in
// kind by their names, and in a kind from a schema pack by the list that they name.
func coded(builtIn bool) rules.Trait {
	if builtIn {
		return rules.Coded
	}
	return rules.Listed
}

// holdsCountry reports whether an element holds a country code: in UBL, in a
// trade licence, or in an SPS certificate.
func holdsCountry(builtIn bool, n rules.Element) bool {
	if !builtIn {
		return values.Names(values.Scheme(n.Node), values.ISO3166)
	}
	switch name := n.Local(); name {
	case "IdentificationCode":
		return strings.HasSuffix(n.Outer().Local(), "Country")
	case "CountryID":
		return true
	case "ID":
		return strings.HasSuffix(n.Outer().Local(), "SPSCountry")
	default:
		return strings.HasSuffix(name, "CountryCode")
	}
}

func checkCurrencyCode(d *rules.Document, report rules.Report) {
	builtIn, traits := d.BuiltIn(), rules.Listed
	if builtIn {
		traits = rules.Priced
	}
	d.Each(traits, func(n rules.Element) {
		code := currencyOf(builtIn, n)
		if _, known := codes.Currency(code); code != "" && !known {
			report(n.Node, code)
		}
	})
}

// currencyOf returns the currency of an amount, or "". In a kind from a schema
// pack it is the text of an element that names ISO 4217.
func currencyOf(builtIn bool, n rules.Element) string {
	if builtIn {
		return n.Attr("currencyID")
	}
	if values.Names(values.Scheme(n.Node), values.ISO4217) {
		return n.Text()
	}
	return ""
}

// checkUnitCode ignores the qualifier that a WCO unit may have after a number
// sign (KGM#G): it is not part of the code. In a kind from a schema pack the
// element must name the list.
func checkUnitCode(d *rules.Document, report rules.Report) {
	builtIn := d.BuiltIn()
	d.Each(rules.Measured, func(n rules.Element) {
		if !builtIn && !values.Names(n.Attr("unitCodeListID"), values.Rec20) {
			return
		}
		code, _, _ := strings.Cut(n.Attr("unitCode"), "#")
		if code != "" && !codes.Unit(code) {
			report(n.Node, code)
		}
	})
}

// holdsPackage reports whether an element holds a package code, in UBL or in an
// SPS certificate.
func holdsPackage(builtIn bool, n rules.Element) bool {
	if !builtIn {
		return values.Names(values.Scheme(n.Node), values.Rec21)
	}
	switch n.Local() {
	case "PackagingTypeCode":
		return true
	case "TypeCode":
		return n.Outer().Local() == "PhysicalSPSPackage"
	}
	return false
}

// checkLocationCode checks only the form of a place outside China and ASEAN: the
// list here has no other places.
func checkLocationCode(d *rules.Document, report rules.Report) {
	builtIn := d.BuiltIn()
	d.Each(rules.Coded|rules.Listed, func(n rules.Element) {
		code, meant := locode(builtIn, n)
		if !meant || code == "" {
			return
		}
		if _, listed := codes.Location(code); listed {
			return
		}
		if !codes.LocationCode(code) || codes.Covered(code[:2]) {
			report(n.Node, code)
		}
	})
}

// locode returns the UN/LOCODE that an element holds, and whether the text is
// meant to be one: by its scheme, by the name of the element in a trade licence,
// or by its form in the location of an SPS certificate, which may also hold a
// name of another scheme. In a kind from a schema pack only the scheme counts.
func locode(builtIn bool, n rules.Element) (code string, meant bool) {
	if values.Is(n.Attr("schemeID"), "UNLOCODE", "UN/LOCODE", "UN-LOCODE", "LOCODE") {
		return n.Text(), true
	}
	if !builtIn {
		return "", false
	}
	switch n.Local() {
	case "LocationID":
		return n.Text(), true
	case "ID":
		if !strings.HasSuffix(n.Outer().Local(), "SPSLocation") {
			return "", false // most IDs, whose text is not copied
		}
		text := n.Text()
		return text, len(text) == 5 && strings.ToUpper(text) == text && !strings.Contains(text, " ")
	}
	return "", false
}

// holdsMode reports whether an element holds a mode of transport, in UBL or in
// an SPS certificate.
func holdsMode(builtIn bool, n rules.Element) bool {
	if !builtIn {
		return values.Names(values.Scheme(n.Node), values.Rec19)
	}
	return n.Local() == "TransportModeCode" || n.Local() == "ModeCode"
}

// checkHSCode allows six digits (international), eight (ASEAN) and ten (China),
// and chapter 98, special transactions: the Harmonized System has no such
// chapter, but the tariff of China has, and Chinese declarations use it.
func checkHSCode(d *rules.Document, report rules.Report) {
	builtIn := d.BuiltIn()
	d.Each(rules.Coded|rules.Listed, func(n rules.Element) {
		if builtIn && !holdsCode(n.Local()) || !values.SaysHS(n.Node) {
			return
		}
		if code := n.Text(); code != "" && !isHS(code) {
			report(n.Node, code)
		}
	})
}

// holdsCode reports whether an element of a built-in kind may hold a code, by
// its name.
func holdsCode(name string) bool {
	return strings.HasSuffix(name, "Code") || strings.HasSuffix(name, "ID")
}

// isHS reports whether a text has the form of an HS code. Chapter 77 is reserved
// and empty.
func isHS(code string) bool {
	digits := strings.ReplaceAll(code, ".", "")
	if strings.Trim(digits, "0123456789") != "" {
		return false
	}
	switch len(digits) {
	case 6, 8, 10:
		chapter := digits[:2]
		return chapter != "00" && chapter != "77" && chapter < "99"
	}
	return false
}

// checkLocationCountry compares a place with the address beside it: the code is
// in a location that has an address, or in the address itself. It reads only an
// element named ID, since a location has one ID.
func checkLocationCountry(d *rules.Document, report rules.Report) {
	builtIn := d.BuiltIn()
	d.Each(rules.Coded|rules.Listed, func(n rules.Element) {
		code, meant := locode(builtIn, n)
		if !meant || n.Local() != "ID" || !codes.LocationCode(code) {
			return
		}
		for _, path := range [...]string{"Address/Country/IdentificationCode", "Country/IdentificationCode"} {
			country := n.Outer().First(path).Text()
			if country != "" && country != code[:2] {
				report(n.Node, code, country)
			}
		}
	})
}
