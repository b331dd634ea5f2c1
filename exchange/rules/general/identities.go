package general

import (
	"cmp"
	"strings"

	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/signing/strict"
)

// identityRules are about the names and numbers of parties, and the numbers of
// containers.
var identityRules = []rules.Rule{
	{
		Code: "GEN-11", Severity: rules.Warn,
		Source: "UBL 2.4, Party: a name or an identification",
		EN:     "{0} has neither a name nor an identification",
		ZH:     "{0}既没有名称也没有标识",
		Reads:  []rules.Input{rules.Acting},
		Check:  checkPartyNamed,
	},
	{
		Code: "GEN-12", Severity: rules.Warn,
		Source: "ISO 6346: check digit of container numbers",
		EN:     "the container number {0} does not check out: its last digit must be {1}",
		ZH:     "集装箱号{0}校验不符：末位应为{1}",
		Reads:  []rules.Input{rules.Contained},
		Check:  checkContainerNumber,
	},
	{
		Code: "GEN-18", Severity: rules.Reject,
		Source: "GB 32100-2015: 18 characters, the last of which checks the others",
		From:   law.GB32100(),
		EN:     "{0} is not a unified social credit code: it does not have the form of one, 18 digits and capital letters without I, O, S, V and Z",
		ZH:     "{0}不是有效的统一社会信用代码：格式有误，应为18位数字或大写字母（不使用I、O、S、V、Z）",
		Reads:  []rules.Input{rules.Listed},
		Check:  checkSocialCredit,
	},
	{
		Code: "GEN-18B", Severity: rules.Warn,
		Source: "Tax numbers of Viet Nam, Thailand and Indonesia, UEN of Singapore: check digits",
		EN:     "{0} is not a valid company number of {1}: its form or its check digit is wrong",
		ZH:     "{0}不是{1}的有效企业编号：格式或校验位有误",
		Reads:  []rules.Input{rules.Listed},
		Check:  checkNationalNumber,
	},
	{
		Code: "GEN-18C", Severity: rules.Warn,
		Source: "GB 32100-2015: organisations in China are known by their unified social credit code; GB 11714: the organisation code in it",
		From:   law.GB32100(),
		EN:     "{0} names no scheme; taken for a unified social credit code (USCC), it is not valid: its form or a check character is wrong",
		ZH:     "{0}未注明编码方案（schemeID）；按统一社会信用代码（USCC）判断无效：格式或校验码有误",
		Reads:  []rules.Input{rules.Coded},
		Check:  checkCreditUnnamed,
	},
	{
		Code: "GEN-18D", Severity: rules.Hold,
		Source: "GB 32100-2015: the last of the 18 characters checks the others",
		From:   law.GB32100(),
		EN:     "the unified social credit code {0} does not check out: its last character does not fit the others",
		ZH:     "统一社会信用代码{0}校验不符：末位校验码与其他各位不一致",
		Reads:  []rules.Input{rules.Listed},
		Check:  checkCreditDigit,
	},
}

// checkPartyNamed checks the parties at the top of a UBL document. In a trade
// licence the schema requires their names, and in an SPS certificate SPS-13C.
func checkPartyNamed(d *rules.Document, report rules.Report) {
	if !d.BuiltIn() || !strings.HasPrefix(d.Root.Space(), ubl) {
		return
	}
	d.Each(rules.Acting, func(n rules.Element) {
		if n.Outer().Node != d.Root {
			return
		}
		if !identified(cmp.Or(n.First("Party"), n)) {
			report(n.Node, n.Local())
		}
	})
}

// identified reports whether a party has a name or an identification.
func identified(party rules.Element) bool {
	return party.Says(rules.PartyName, "PartyIdentification/ID", rules.RegisteredName, "PartyLegalEntity/CompanyID",
		"Person/FamilyName", "EndpointID")
}

// checkContainerNumber leaves out numbers that do not have the form of a
// container number: they are of trailers and other units.
func checkContainerNumber(d *rules.Document, report rules.Report) {
	eachOwn(d, rules.Contained, func(n rules.Element) {
		name := n.Local()
		if !strings.HasSuffix(name, "TransportEquipment") && name != "GoodsItemContainer" {
			return
		}
		at := n.First("ID")
		number := strings.ReplaceAll(at.Text(), " ", "")
		if digit, ok := containerDigit(number); ok && number[10:] != digit {
			report(at.Node, number, digit)
		}
	})
}

// containerDigit returns the check digit that a container number must end in.
// It reports false if the text is not a container number: three letters of the
// owner, U, and seven digits.
func containerDigit(number string) (string, bool) {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if len(number) != 11 || number[3] != 'U' ||
		strings.Trim(number[:4], letters) != "" || strings.Trim(number[4:], "0123456789") != "" {
		return "", false
	}
	sum := 0
	for i := range 10 {
		value := int(number[i] - '0')
		if i < 4 { // letters count from 10 and leave out 11, 22 and 33
			value = int(number[i]-'A') + 10
			value += (value - 1) / 10
		}
		sum += value << i
	}
	return string(rune('0' + sum%11%10)), true
}

// checkSocialCredit checks the form alone; GEN-18D checks the last character.
func checkSocialCredit(d *rules.Document, report rules.Report) {
	d.Each(rules.Listed, func(n rules.Element) {
		if namesCredit(n) && !codes.SocialCreditForm(n.Text()) {
			report(n.Node, n.Text())
		}
	})
}

// namesCredit reports whether an element names the scheme of unified social
// credit codes.
func namesCredit(n rules.Element) bool { return values.Is(n.Attr("schemeID"), "USCC") }

// checkNationalNumber checks the company numbers of the schemes UEN (Singapore),
// NPWP (Indonesia) and TIN, the tax number of the country of the party's address.
// Chinese numbers are for GEN-18 and GEN-18D.
func checkNationalNumber(d *rules.Document, report rules.Report) {
	countries := make(countryCache)
	d.Each(rules.Listed, func(n rules.Element) {
		var country string
		switch scheme := n.Attr("schemeID"); {
		case values.Is(scheme, "UEN"):
			country = "SG"
		case values.Is(scheme, "NPWP"):
			country = "ID"
		case values.Is(scheme, "TIN"):
			country = countries.of(n)
		default:
			return
		}
		if valid, known := codes.Registered(country, n.Text()); known && !valid && country != "CN" {
			report(n.Node, n.Text(), country)
		}
	})
}

// countryCache holds the country of an element's own address, so that the address
// of a party with very many numbers is read once.
type countryCache map[strict.Node]string

// of returns the country of the party that a number belongs to: the country of
// the nearest address, at most three elements up. It returns "" if there is none.
func (c countryCache) of(n rules.Element) string {
	for range 3 {
		n = n.Outer()
		country, seen := c[n.Node]
		if !seen {
			country = ownCountry(n)
			c[n.Node] = country
		}
		if country != "" {
			return country
		}
	}
	return ""
}

// ownCountry returns the country of an element's own address, in UBL, in a trade
// licence or in an SPS certificate. It returns "" if there is none.
func ownCountry(n rules.Element) string {
	for _, path := range [...]string{
		rules.PostalCountry, "Address/CountryCode", "SpecifiedSPSAddress/CountryID",
	} {
		if country := n.First(path).Text(); country != "" {
			return country
		}
	}
	return ""
}

// checkCreditUnnamed takes 18 letters and digits of a Chinese party for a unified
// social credit code although they name no scheme. It also checks the
// organisation code in them, since one check character alone is often right by
// chance.
func checkCreditUnnamed(d *rules.Document, report rules.Report) {
	countries := make(countryCache)
	eachOwn(d, rules.Coded, func(n rules.Element) {
		if !holdsPartyID(n) || values.Scheme(n.Node) != "" {
			return
		}
		code := n.Text()
		if len(code) != 18 || !alphanumeric(code) || countries.of(n) != "CN" {
			return
		}
		if !codes.SocialCredit(code) || !codes.OrganisationCode(code[8:17]) {
			report(n.Node, code)
		}
	})
}

// holdsPartyID reports whether an element holds an identifier of a party: in UBL,
// or beside the address of a party in a trade licence or an SPS certificate. It
// leaves out the number of a person's identity card, which also has 18 characters.
func holdsPartyID(n rules.Element) bool {
	switch n.Local() {
	case "ID":
		party := n.Outer()
		return party.Local() == "PartyIdentification" ||
			party.First("Address/CountryCode").Exists() || party.First("SpecifiedSPSAddress").Exists()
	case "CompanyID":
		return true
	}
	return false
}

func alphanumeric(text string) bool {
	return strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// checkCreditDigit holds the document for a person, since some codes of real
// companies do not satisfy the standard.
func checkCreditDigit(d *rules.Document, report rules.Report) {
	d.Each(rules.Listed, func(n rules.Element) {
		if !namesCredit(n) {
			return
		}
		if code := n.Text(); codes.SocialCreditForm(code) && !codes.SocialCredit(code) {
			report(n.Node, code)
		}
	})
}
