package origin

import (
	"strconv"
	"strings"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// paperRules are about the number of a certificate, the invoice, and the
// endorsements of the issuer.
var paperRules = []rules.Rule{
	{
		Code: "CO-14", Kinds: certificates(), Severity: rules.Warn,
		Source: "Chinese Form E numbers, such as E09470ZC11220001",
		EN:     "{0} does not have the form of a Chinese Form E number, such as E09470ZC11220001",
		ZH:     "{0}不符合中国E类证书编号格式（例如E09470ZC11220001）",
		Reads:  []rules.Input{formE, issuingCountry, number},
		Check:  checkNumberForm,
	},
	{
		Code: "CO-14B", Kinds: certificates(), Severity: rules.Warn,
		Source: "Chinese Form E numbers: the year of issue in the second and third place",
		EN:     "the number {0} is of the year {1}; the certificate was issued on {2}",
		ZH:     "编号{0}的年份为{1}；证书签发日期为{2}",
		Reads:  []rules.Input{formE, issuingCountry, number},
		Check:  checkNumberYear,
	},
	{
		Code: "CO-16", Kinds: certificates(), Severity: rules.Warn,
		Source: "Form E, overleaf notes: name and country of the company issuing the invoice",
		EN:     "“THIRD PARTY INVOICING” is ticked, but the company that issued the invoice is not named with its country",
		ZH:     "勾选了“THIRD PARTY INVOICING”，但未注明开具发票公司的名称和国家",
		Reads:  []rules.Input{formE, remarks, invoicerAt, invoicerName, invoicerRegistered, invoicerCountry, application},
		Check:  checkThirdParty,
	},
	{
		Code: "CO-16B", Kinds: certificates(), Severity: rules.Warn,
		Source: "Form E, box 13: third party invoicing",
		EN:     "the invoice was issued in {0}, the exporter is in {1}, and “THIRD PARTY INVOICING” is not ticked",
		ZH:     "发票由{0}的公司开具，出口商位于{1}，但未勾选“THIRD PARTY INVOICING”",
		Reads:  []rules.Input{formE, remarks, invoicerAt, invoicerCountry, exporterCountry},
		Check:  checkThirdPartyFlag,
	},
	{
		Code: "CO-22", Kinds: certificates(), Severity: rules.Warn,
		Source: "UBL 2.4, EndorserParty: SequenceNumeric is the place in the order of endorsements",
		EN:     "no endorser has place {0}, although one has place {1}",
		ZH:     "没有第{0}顺位的签署方，却有第{1}顺位的签署方",
		Reads:  []rules.Input{endorserPlace, application},
		Check:  checkEndorserOrder,
	},
	{
		Code: "CO-23", Kinds: certificates(), Severity: rules.Warn,
		Source: "UBL 2.4, Endorsement: DocumentID names the document that is endorsed",
		EN:     "the issuer endorsed {0}; this certificate is {1}",
		ZH:     "签发机构签署的是{0}；本证书编号为{1}",
		Reads:  []rules.Input{number, endorsedNumber},
		Check:  checkEndorsedNumber,
	},
	{
		Code: "CO-24", Kinds: certificates(), Severity: rules.Reject,
		Source: "UBL 2.4, Endorsement: ApprovalStatus",
		EN:     "the issuer's endorsement says {0}; only an approved certificate is exchanged",
		ZH:     "签发机构的签署状态为{0}；只有已批准的证书可以交换",
		Reads:  []rules.Input{approval},
		Check:  checkRefused,
	},
}

// checkNumberForm applies to certificates that China issues, as checkNumberYear
// does: the other Parties have numbers of other forms.
func checkNumberForm(d *rules.Document, report rules.Report) {
	if at := d.First(number); chineseFormE(d) && !formNumber(at.Text()) {
		report(at, at.Text())
	}
}

// chineseFormE reports whether a certificate is a Form E of China. A rule that asks so
// reads formE and issuingCountry.
func chineseFormE(d *rules.Document) bool { return formE.Of(d) && issuedIn(d) == "CN" }

// formNumber reports whether a text has the form of a Chinese Form E number: E,
// two digits of the year, and twelve to fourteen letters and digits.
func formNumber(number string) bool {
	if len(number) < 15 || len(number) > 17 || number[0] != 'E' {
		return false
	}
	return strings.Trim(number[1:3], "0123456789") == "" &&
		strings.Trim(number[3:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func checkNumberYear(d *rules.Document, report rules.Report) {
	at := d.First(number)
	own := at.Text()
	if d.Facts.Issued.IsZero() || !chineseFormE(d) || !formNumber(own) {
		return
	}
	if year := own[1:3]; year != d.Facts.Issued.Format("06") {
		report(at, own, year, values.ISODate(d.Facts.Issued))
	}
}

func checkThirdParty(d *rules.Document, report rules.Report) {
	if !formE.Of(d) || !ticked(d, thirdInvoice) {
		return
	}
	seller := invoicer(d)
	named := !d.FirstIn(seller, invoicerName).Is("") || !d.FirstIn(seller, invoicerRegistered).Is("")
	if !named || d.FirstIn(seller, invoicerCountry).Is("") {
		report(d.First(application))
	}
}

func checkThirdPartyFlag(d *rules.Document, report rules.Report) {
	if !formE.Of(d) || ticked(d, thirdInvoice) {
		return
	}
	at := d.FirstIn(invoicer(d), invoicerCountry)
	exporter := exporterCountry.Of(d).Text()
	if seller := at.Text(); seller != "" && exporter != "" && seller != exporter {
		report(at, seller, exporter)
	}
}

// invoicer returns the party that issued the commercial invoice (UNCL 1001: 380), or
// none.
func invoicer(d *rules.Document) strict.Node {
	invoice, _ := supporting(d, "380")
	return d.FirstIn(invoice.At, invoicerAt)
}

// checkEndorserOrder allows several endorsers in one place, who may act in any
// order. The places themselves have no gaps.
func checkEndorserOrder(d *rules.Document, report rules.Report) {
	places := make(map[int64]bool)
	last := int64(0)
	for _, at := range d.All(endorserPlace) {
		n, _ := values.Number(at)
		if place, ok := n.Int64(); ok && n.Exists() {
			places[place] = true
			last = max(last, place)
		}
	}
	for place := int64(1); place < last; place++ {
		if !places[place] {
			report(d.First(application), strconv.FormatInt(place, 10), strconv.FormatInt(last, 10))
			return
		}
	}
}

func checkEndorsedNumber(d *rules.Document, report rules.Report) {
	at := d.First(endorsedNumber)
	if own := d.First(number).Text(); at.Text() != "" && at.Text() != own {
		report(at, at.Text(), own)
	}
}

func checkRefused(d *rules.Document, report rules.Report) {
	at := d.First(approval)
	switch strings.ToUpper(at.Text()) {
	case "APPROVED", "ACCEPTED", "ENDORSED", "ISSUED":
	default:
		report(at, at.Text())
	}
}

// The paths of the number, the invoicer and the endorsements.
var (
	number             = rules.NewPath("ID")
	invoicerAt         = supportingAt.To("IssuerParty")
	invoicerName       = invoicerAt.To(rules.PartyName)
	invoicerRegistered = invoicerAt.To(rules.RegisteredName)
	invoicerCountry    = invoicerAt.To(rules.PostalCountry)
	endorserPlace      = application.To("EndorserParty/SequenceNumeric")
	endorsedNumber     = rules.NewPath("IssuerEndorsement/DocumentID")
	approval           = rules.NewPath("IssuerEndorsement/ApprovalStatus")
)
