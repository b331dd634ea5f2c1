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
		Reads:  []rules.Input{head, number},
		Check:  checkNumber,
	},
	{
		Code: "SPS-13B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: name of the issuing organisation",
		EN:     "the issuing authority is not named",
		ZH:     "未注明签发机构",
		Reads:  []rules.Input{head, issuerName},
		Check:  checkIssuer,
	},
	{
		Code: "SPS-13C", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: names of exporter and consignee",
		EN:     "{0} has no name",
		ZH:     "{0}没有名称",
		Reads:  []rules.Input{consignor, consignorName, consignee, consigneeName},
		Check:  checkTraders,
	},
	{
		Code: "SPS-13D", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: place of issue",
		EN:     "the place of signature is not given",
		ZH:     "未注明签字地点",
		Reads:  []rules.Input{signature, signaturePlace},
		Check:  checkPlaceOfSignature,
	},
	{
		Code: "SPS-13F", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: name of the authorised officer",
		EN:     "the officer who signed is not named",
		ZH:     "未注明签字官员姓名",
		Reads:  []rules.Input{signatory, officer},
		Check:  checkSignatory,
	},
	{
		Code: "SPS-13H", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: description of the consignment",
		EN:     "no goods are listed; line 0 only describes the consignment, goods start at 1",
		ZH:     "未列明货物；第0项仅用于描述整批货物，货物从第1项开始",
		Reads:  []rules.Input{consignment},
		Check:  checkGoodsLine,
	},
}

func checkNumber(d *rules.Document, report rules.Report) {
	if at := d.First(head); d.FirstIn(at, number).Is("") {
		report(at)
	}
}

func checkIssuer(d *rules.Document, report rules.Report) {
	if at := d.First(head); d.FirstIn(at, issuerName).Is("") {
		report(at)
	}
}

func checkTraders(d *rules.Document, report rules.Report) {
	for _, trader := range [...]struct{ at, name *rules.Path }{{consignor, consignorName}, {consignee, consigneeName}} {
		if at := d.First(trader.at); d.FirstIn(at, trader.name).Is("") {
			report(at, at.Local())
		}
	}
}

func checkPlaceOfSignature(d *rules.Document, report rules.Report) {
	for _, at := range d.All(signature) {
		if !d.HasText(at, signaturePlace) {
			report(at)
		}
	}
}

func checkSignatory(d *rules.Document, report rules.Report) {
	for _, at := range d.All(signatory) {
		if d.FirstIn(at, officer).Is("") {
			report(at)
		}
	}
}

func checkGoodsLine(d *rules.Document, report rules.Report) {
	if len(goodsLines.Of(d)) == 0 {
		report(d.First(consignment))
	}
}

// The paths of what ISPM 12 requires at the head of a certificate.
var (
	number         = head.To("ID")
	issuerName     = head.To("IssuerSPSParty/Name")
	consignor      = consignment.To("ConsignorSPSParty")
	consignorName  = consignor.To("Name")
	consignee      = consignment.To("ConsigneeSPSParty")
	consigneeName  = consignee.To("Name")
	signature      = head.To("SignatorySPSAuthentication")
	signaturePlace = signature.To("IssueSPSLocation/Name")
	signatory      = signature.To("ProviderSPSParty")
	officer        = signatory.To("SpecifiedSPSPerson/Name")
)
