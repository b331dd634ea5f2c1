package declaration

import (
	"slices"
	"strings"

	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/signing/strict"
)

// partyRules are about customs offices and companies.
var partyRules = []rules.Rule{
	{
		Code: "DEC-17", Kinds: all(), Severity: rules.Reject,
		Source: "Chinese declaration rules: if a district has subordinate offices, their code is used",
		EN:     "{0} is a customs district; the code of the office in it belongs here",
		ZH:     "{0}为直属海关代码；应填报隶属海关代码",
		Reads:  []rules.Input{customsCountry, officeID},
		Check:  checkDistrictOffice,
	},
	{
		Code: "DEC-17B", Kinds: all(), Severity: rules.Warn,
		Source: "Chinese declaration rules: customs offices have codes of four digits",
		EN:     "the Chinese customs party has no office code of four digits",
		ZH:     "中国海关未填报四位关区代码",
		Reads:  []rules.Input{customsCountry, customsParty, officeID},
		Check:  checkOfficeCode,
	},
	{
		Code: "DEC-18", Kinds: importsAndExports(), Severity: rules.Warn,
		Source: "GB 32100-2015; Chinese declaration, TradeCoScc: 18 characters",
		From:   law.GB32100(),
		EN:     "the Chinese company gives no unified social credit code of 18 characters",
		ZH:     "境内收发货人未填报18位统一社会信用代码",
		Reads:  []rules.Input{companies, companyCountry, companyNumbers},
		Check:  checkCompanyNumber,
	},
}

func checkDistrictOffice(d *rules.Document, report rules.Report) {
	if !madeInChina(d) {
		return
	}
	for _, at := range d.All(officeID) {
		if isDigits(at.Text(), 4) && strings.HasSuffix(at.Text(), "00") {
			report(at, at.Text())
		}
	}
}

func checkOfficeCode(d *rules.Document, report rules.Report) {
	if !madeInChina(d) {
		return
	}
	for _, at := range d.All(officeID) {
		if isDigits(at.Text(), 4) {
			return
		}
	}
	report(d.First(customsParty))
}

// checkCompanyNumber checks only the length, and leaves it to GEN-18 to GEN-18D
// whether the code is valid.
func checkCompanyNumber(d *rules.Document, report rules.Report) {
	for _, company := range d.All(companies) {
		if d.FirstIn(company, companyCountry).Is("CN") && !slices.ContainsFunc(d.AllIn(company, companyNumbers), isLong) {
			report(company)
		}
	}
}

func isLong(number strict.Node) bool { return len(number.Text()) == 18 }

// The paths of offices and companies.
var (
	officeID       = customsParty.To("PartyIdentification/ID")
	companies      = rules.NewPath("ImporterParty", "ExporterParty")
	companyCountry = companies.To(rules.PostalCountry)
	companyNumbers = companies.To("PartyIdentification/ID", "PartyTaxScheme/CompanyID", "PartyLegalEntity/CompanyID")
)
