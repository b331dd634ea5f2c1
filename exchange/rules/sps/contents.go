package sps

import "beibu/exchange/rules"

// contentRules are about what ISPM 12 requires at the head of a certificate although
// the schema does not.
var contentRules = []rules.Rule{
	{
		Code: "SPS-13", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: number of the certificate",
		EN:     "the certificate has no number",
		ZH:     "证书没有编号",
		Check:  checkNumber,
	},
	{
		Code: "SPS-13B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: name of the issuing organisation",
		EN:     "the issuing authority is not named",
		ZH:     "未注明签发机构",
		Check:  checkIssuer,
	},
	{
		Code: "SPS-13C", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: names of exporter and consignee",
		EN:     "{0} has no name",
		ZH:     "{0}没有名称",
		Check:  checkTraders,
	},
	{
		Code: "SPS-13D", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: place of issue",
		EN:     "the place of signature is not given",
		ZH:     "未注明签字地点",
		Check:  checkPlaceOfSignature,
	},
	{
		Code: "SPS-13F", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: name of the authorised officer",
		EN:     "the officer who signed is not named",
		ZH:     "未注明签字官员姓名",
		Check:  checkSignatory,
	},
	{
		Code: "SPS-13H", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: description of the consignment",
		EN:     "no goods are listed; line 0 only describes the consignment, goods start at 1",
		ZH:     "未列明货物；第0项仅用于描述整批货物，货物从第1项开始",
		Check:  checkGoodsLine,
	},
}

func checkNumber(d *rules.Document, report rules.Report) {
	if at := d.Root.Find(head); at.Find("ID").Text() == "" {
		report(at)
	}
}

func checkIssuer(d *rules.Document, report rules.Report) {
	if at := d.Root.Find(head); at.Find("IssuerSPSParty/Name").Text() == "" {
		report(at)
	}
}

func checkTraders(d *rules.Document, report rules.Report) {
	for _, role := range [...]string{"ConsignorSPSParty", "ConsigneeSPSParty"} {
		if at := d.Root.Find(consignment + "/" + role); at.Find("Name").Text() == "" {
			report(at, role)
		}
	}
}

func checkPlaceOfSignature(d *rules.Document, report rules.Report) {
	for at := range d.Root.All(head + "/SignatorySPSAuthentication") {
		if !rules.HasText(at, "IssueSPSLocation/Name") {
			report(at)
		}
	}
}

func checkSignatory(d *rules.Document, report rules.Report) {
	for at := range d.Root.All(head + "/SignatorySPSAuthentication/ProviderSPSParty") {
		if at.Find("SpecifiedSPSPerson/Name").Text() == "" {
			report(at)
		}
	}
}

func checkGoodsLine(d *rules.Document, report rules.Report) {
	for range goodsLines(d) {
		return
	}
	report(d.Root.Find(consignment))
}
