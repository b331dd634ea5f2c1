package ata

import (
	"cmp"
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
		Reads:  []rules.Input{associations},
		Check:  checkAssociationsNamed,
	},
	{
		Code: "ATA-05B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 6; model form, box P",
		From:   law.IstanbulConvention(),
		EN:     "no country of destination or transit; a carnet names the countries in which it is valid",
		ZH:     "未列明目的国或过境国；单证册须列明其有效的国家",
		Reads:  []rules.Input{countries, shipmentAt},
		Check:  checkCountriesNamed,
	},
	{
		Code: "ATA-05C", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Articles 6 and 8(1)",
		From:   law.IstanbulConvention(),
		EN:     "the guaranteeing association is in {0}, a country in which this carnet is not valid",
		ZH:     "担保协会位于{0}，该国不在本单证册的有效国家之列",
		Reads:  []rules.Input{associations, countries},
		Check:  checkGuarantorCountry,
	},
	{
		Code: "ATA-06", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 6; model form, box P",
		From:   law.IstanbulConvention(),
		EN:     "the customs office is in {0}; this carnet is not valid there",
		ZH:     "海关位于{0}，本单证册在该国无效",
		Reads:  []rules.Input{countries, counterfoils},
		Check:  checkOfficeCountry,
	},
	{
		Code: "ATA-08", Kinds: allKinds(), Severity: rules.Reject,
		Source: "China Council for the Promotion of International Trade: sole issuing and guaranteeing association since 1993",
		EN:     "{0} does not issue or guarantee carnets in China; only CCPIT (China Chamber of International Commerce) does",
		ZH:     "{0}不是中国的出证和担保协会；中国仅由中国国际贸易促进委员会（中国国际商会）出证和担保",
		Reads:  []rules.Input{associations},
		Check:  checkChineseAssociation,
	},
	{
		Code: "ATA-08B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 2 and the scheme of one association a country",
		From:   law.IstanbulConvention(),
		EN:     "the issuing association is in {0}, but the goods leave from {1}",
		ZH:     "出证协会位于{0}，货物却由{1}出境",
		Reads:  []rules.Input{associations, exportCountry},
		Check:  checkIssuerCountry,
	},
}

// checkAssociationsNamed needs the issuer and the guarantors at home and abroad.
func checkAssociationsNamed(d *rules.Document, report rules.Report) {
	for _, a := range associations.Of(d) {
		switch {
		case !a.at.Exists():
			report(d.Root, a.role)
		case a.name == "":
			report(a.at, a.role)
		}
	}
}

func checkCountriesNamed(d *rules.Document, report rules.Report) {
	valid := countries.Of(d)
	for country := range valid.all {
		if country != valid.home {
			return
		}
	}
	report(shipmentOf(d))
}

// checkGuarantorCountry follows from what a guarantee is: an association
// guarantees to the customs of its own country, so the one abroad is in a country
// of the carnet.
func checkGuarantorCountry(d *rules.Document, report rules.Report) {
	for _, a := range associations.Of(d)[guarantorAtHome:] {
		if a.country != "" && !countries.Of(d).all[a.country] {
			report(a.at, a.country)
		}
	}
}

func checkOfficeCountry(d *rules.Document, report rules.Report) {
	valid := countries.Of(d).all
	if len(valid) < 2 {
		return // ATA-05B says so
	}
	for _, c := range counterfoils.Of(d) {
		if c.country != "" && !valid[c.country] {
			report(c.office, c.country)
		}
	}
}

func checkChineseAssociation(d *rules.Document, report rules.Report) {
	for _, a := range associations.Of(d) {
		if a.country == china && a.name != "" && !isCouncil(a) {
			report(a.at, a.name)
		}
	}
}

// councilNames are the names that CCPIT and its branches use.
var councilNames = [...]string{
	"ccpit", "ccoic", "china council for the promotion of international trade",
	"china chamber of international commerce", "中国国际贸易促进委员会", "贸促会", "中国国际商会",
}

// isCouncil reports whether an association is CCPIT or a branch of it.
func isCouncil(a association) bool {
	for _, names := range a.names {
		for _, n := range names {
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
	issuer, exported := associations.Of(d)[issuer], d.First(exportCountry).Text()
	if issuer.country != "" && exported != "" && issuer.country != exported {
		report(issuer.at, issuer.country, exported)
	}
}

const china = "CN"

// An association issues a carnet or guarantees for it.
type association struct {
	role    string // the name of the element
	at      strict.Node
	name    string           // its first name, or its registered name if it has no other, or ""
	names   [2][]strict.Node // all its names
	country string           // of its address, or ""
}

// The associations of a document, by their index.
const (
	issuer = iota
	guarantorAtHome
	guarantorAbroad
)

// An associationPaths has the paths of an association.
type associationPaths struct{ at, name, registered, country, registeredIn *rules.Path }

func associationAt(role string) associationPaths {
	at := rules.NewPath(role)
	return associationPaths{
		at, at.To(rules.PartyName), at.To(rules.RegisteredName), at.To(rules.PostalCountry),
		at.To("PartyLegalEntity/RegistrationAddress/Country/IdentificationCode"),
	}
}

var (
	associationsAt = [...]associationPaths{
		issuer: associationAt("IssuerParty"), guarantorAtHome: associationAt("ExportingGuarantorParty"),
		guarantorAbroad: associationAt("ImportingGuarantorParty"),
	}
	associations = rules.Derive(readAssociations, associationInputs()...)
)

func associationInputs() (all []rules.Input) {
	for _, p := range associationsAt {
		all = append(all, p.at, p.name, p.registered, p.country, p.registeredIn)
	}
	return all
}

func readAssociations(d *rules.Document) []association {
	all := make([]association, len(associationsAt))
	for i, p := range associationsAt {
		at := d.First(p.at)
		names, registered := d.AllIn(at, p.name), d.AllIn(at, p.registered)
		all[i] = association{
			role: p.at.String(), at: at, names: [...][]strict.Node{names, registered},
			name:    cmp.Or(firstText(names), firstText(registered)),
			country: cmp.Or(d.FirstIn(at, p.country).Text(), d.FirstIn(at, p.registeredIn).Text()),
		}
	}
	return all
}

// firstText returns the text of the first element, or "".
func firstText(all []strict.Node) string {
	if len(all) == 0 {
		return ""
	}
	return all[0].Text()
}

// A territory is where a carnet is valid.
type territory struct {
	home string          // country in which it was issued, or ""
	all  map[string]bool // countries in which it is valid, that of issue among them
}

// The paths of the countries of a carnet.
var (
	exportCountry      = rules.NewPath("Shipment/ExportCountry/IdentificationCode")
	destinationCountry = rules.NewPath("Shipment/Consignment/FinalDestinationCountry/IdentificationCode")
	transitCountry     = rules.NewPath("Shipment/Consignment/TransitCountry/IdentificationCode")
)

var countries = rules.Derive(func(d *rules.Document) territory {
	t := territory{cmp.Or(d.First(exportCountry).Text(), associations.Of(d)[issuer].country), make(map[string]bool)}
	if t.home != "" {
		t.all[t.home] = true
	}
	for _, path := range [...]*rules.Path{destinationCountry, transitCountry} {
		for _, at := range d.All(path) {
			t.all[at.Text()] = true
		}
	}
	return t
}, associations, exportCountry, destinationCountry, transitCountry)

// placeCountry returns the country of a location, by that of its address or else by
// its UN/LOCODE, or "".
func placeCountry(country, id strict.Node) string {
	if c := country.Text(); c != "" {
		return c
	}
	if id := id.Text(); codes.LocationCode(id) {
		return id[:2]
	}
	return ""
}
