package ata

import (
	"strings"

	"beibu/exchange/facts/codes"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/signing/strict"
)

// partyRules are about the associations and the countries that a carnet names.
var partyRules = []rules.Rule{
	{
		Code: "ATA-05", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 6",
		From:   law.IstanbulConvention(),
		EN:     "{0} is not named; a carnet names the issuing association and the guaranteeing associations",
		ZH:     "未注明{0}的名称；单证册须注明出证协会和担保协会",
		Check:  checkAssociationsNamed,
	},
	{
		Code: "ATA-05B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 6; model form, box P",
		From:   law.IstanbulConvention(),
		EN:     "no country of destination or transit; a carnet names the countries in which it is valid",
		ZH:     "未列明目的国或过境国；单证册须列明其有效的国家",
		Check:  checkCountriesNamed,
	},
	{
		Code: "ATA-05C", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Articles 6 and 8(1)",
		From:   law.IstanbulConvention(),
		EN:     "the guaranteeing association is in {0}, a country in which this carnet is not valid",
		ZH:     "担保协会位于{0}，该国不在本单证册的有效国家之列",
		Check:  checkGuarantorCountry,
	},
	{
		Code: "ATA-06", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 6; model form, box P",
		From:   law.IstanbulConvention(),
		EN:     "the customs office is in {0}; this carnet is not valid there",
		ZH:     "海关位于{0}，本单证册在该国无效",
		Check:  checkOfficeCountry,
	},
	{
		Code: "ATA-08", Kinds: allKinds(), Severity: rules.Reject,
		Source: "China Council for the Promotion of International Trade: sole issuing and guaranteeing association since 1993",
		EN:     "{0} does not issue or guarantee carnets in China; only CCPIT (China Chamber of International Commerce) does",
		ZH:     "{0}不是中国的出证和担保协会；中国仅由中国国际贸易促进委员会（中国国际商会）出证和担保",
		Check:  checkChineseAssociation,
	},
	{
		Code: "ATA-08B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 2 and the scheme of one association a country",
		From:   law.IstanbulConvention(),
		EN:     "the issuing association is in {0}, but the goods leave from {1}",
		ZH:     "出证协会位于{0}，货物却由{1}出境",
		Check:  checkIssuerCountry,
	},
}

// checkAssociationsNamed needs the issuer and the guarantors at home and abroad.
func checkAssociationsNamed(d *rules.Document, report rules.Report) {
	for _, role := range [...]string{"IssuerParty", "ExportingGuarantorParty", "ImportingGuarantorParty"} {
		party := d.Root.Find(role)
		switch {
		case !party.Exists():
			report(d.Root, role)
		case rules.PartyName(party) == "":
			report(party, role)
		}
	}
}

func checkCountriesNamed(d *rules.Document, report rules.Report) {
	home := issuedIn(d.Root)
	for country := range countries(d.Root) {
		if country != home {
			return
		}
	}
	report(shipmentOf(d.Root))
}

// checkGuarantorCountry follows from what a guarantee is: an association
// guarantees to the customs of its own country, so the one abroad is in a country
// of the carnet.
func checkGuarantorCountry(d *rules.Document, report rules.Report) {
	for _, role := range [...]string{"ExportingGuarantorParty", "ImportingGuarantorParty"} {
		party := d.Root.Find(role)
		if country := partyCountry(party); country != "" && !countries(d.Root)[country] {
			report(party, country)
		}
	}
}

func checkOfficeCountry(d *rules.Document, report rules.Report) {
	valid := countries(d.Root)
	if len(valid) < 2 {
		return // ATA-05B says so
	}
	for c := range counterfoils(d.Root) {
		if country := c.country(); country != "" && !valid[country] {
			report(c.Find("CustomsOfficeLocation"), country)
		}
	}
}

func checkChineseAssociation(d *rules.Document, report rules.Report) {
	for _, role := range [...]string{"IssuerParty", "ExportingGuarantorParty", "ImportingGuarantorParty"} {
		party := d.Root.Find(role)
		if partyCountry(party) == china && rules.PartyName(party) != "" && !isCouncil(party) {
			report(party, rules.PartyName(party))
		}
	}
}

// councilNames are the names that CCPIT and its branches use.
var councilNames = [...]string{
	"ccpit", "ccoic", "china council for the promotion of international trade",
	"china chamber of international commerce", "中国国际贸易促进委员会", "贸促会", "中国国际商会",
}

// isCouncil reports whether a party is CCPIT or a branch of it.
func isCouncil(party strict.Node) bool {
	for _, path := range [...]string{"PartyName/Name", "PartyLegalEntity/RegistrationName"} {
		for n := range party.All(path) {
			name := strings.ToLower(n.Text())
			for _, council := range councilNames {
				if strings.Contains(name, council) {
					return true
				}
			}
		}
	}
	return false
}

func checkIssuerCountry(d *rules.Document, report rules.Report) {
	issuer, exported := partyCountry(d.Root.Find("IssuerParty")), d.Root.Find("Shipment/ExportCountry/IdentificationCode").Text()
	if issuer != "" && exported != "" && issuer != exported {
		report(d.Root.Find("IssuerParty"), issuer, exported)
	}
}

const china = "CN"

// issuedIn returns the country in which a carnet was issued, or "".
func issuedIn(root strict.Node) string {
	if c := root.Find("Shipment/ExportCountry/IdentificationCode").Text(); c != "" {
		return c
	}
	return partyCountry(root.Find("IssuerParty"))
}

// countries returns the countries in which a carnet is valid, with that of issue.
func countries(root strict.Node) map[string]bool {
	found := make(map[string]bool)
	if home := issuedIn(root); home != "" {
		found[home] = true
	}
	for _, path := range [...]string{"FinalDestinationCountry", "TransitCountry"} {
		for c := range root.All("Shipment/Consignment/" + path + "/IdentificationCode") {
			found[c.Text()] = true
		}
	}
	return found
}

// partyCountry returns the country of a party's address, or "".
func partyCountry(party strict.Node) string {
	if c := rules.PostalCountry(party).Text(); c != "" {
		return c
	}
	return party.Find("PartyLegalEntity/RegistrationAddress/Country/IdentificationCode").Text()
}

// placeCountry returns the country of a location, by its address or else by its
// UN/LOCODE, or "".
func placeCountry(place strict.Node) string {
	if c := place.Find("Address/Country/IdentificationCode").Text(); c != "" {
		return c
	}
	if id := place.Find("ID").Text(); codes.LocationCode(id) {
		return id[:2]
	}
	return ""
}
