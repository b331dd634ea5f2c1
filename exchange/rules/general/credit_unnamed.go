package general

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// creditUnnamed is GEN-18C: 18 letters and digits by which a Chinese party is
// known are a unified social credit code, whether they say so or not. Since they
// do not say so, the sender is only warned, and the organisation code in them is
// looked at too: figures that are none fit one check character often enough.
func creditUnnamed() rules.Rule {
	return rules.Rule{
		Code: "GEN-18C", Severity: rules.Warn,
		Source: "GB 32100-2015: organisations in China are known by their unified social credit code; GB 11714: the organisation code in it",
		From:   gb32100(),
		EN:     "{0} names no scheme; taken for a unified social credit code (USCC), it is not valid: its form or a check character is wrong",
		ZH:     "{0}未注明编码方案（schemeID）；按统一社会信用代码（USCC）判断无效：格式或校验码有误",
		Check: func(d *rules.Document, report rules.Report) {
			addresses := make(homes)
			eachOwn(d, rules.Coded, func(n strict.Node) {
				if !identifies(n) || rules.Scheme(n) != "" {
					return
				}
				code := n.Text()
				if len(code) != 18 || !alphanumeric(code) || addresses.of(n) != "CN" {
					return
				}
				if !codes.SocialCredit(code) || !codes.OrganisationCode(code[8:17]) {
					report(n, code)
				}
			})
		},
	}
}

// identifies reports whether an element holds an identifier of a party: in UBL, or
// beside the address of a party in a trade licence or an SPS certificate. The
// number of a person's identity card is none, though it has 18 characters too.
func identifies(n strict.Node) bool {
	switch n.Local() {
	case "ID":
		party := n.Parent()
		return party.Local() == "PartyIdentification" ||
			party.Find("Address/CountryCode").Exists() || party.Find("SpecifiedSPSAddress").Exists()
	case "CompanyID":
		return true
	}
	return false
}

func alphanumeric(text string) bool {
	return strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
