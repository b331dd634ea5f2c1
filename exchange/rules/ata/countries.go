package ata

import (
	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

const china = "CN"

// issuedIn returns the country where a carnet was issued, "" where it does not
// say.
func issuedIn(root strict.Node) string {
	if c := root.Find("Shipment/ExportCountry/IdentificationCode").Text(); c != "" {
		return c
	}
	return partyCountry(root.Find("IssuerParty"))
}

// countries returns those in which a carnet is valid, that of issue included.
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

// partyCountry returns the country of a party's address.
func partyCountry(party strict.Node) string {
	if c := rules.PostalCountry(party).Text(); c != "" {
		return c
	}
	return party.Find("PartyLegalEntity/RegistrationAddress/Country/IdentificationCode").Text()
}

// placeCountry returns the country of a location, by its address or else by
// its UN/LOCODE.
func placeCountry(place strict.Node) string {
	if c := place.Find("Address/Country/IdentificationCode").Text(); c != "" {
		return c
	}
	if id := place.Find("ID").Text(); codes.LocationCode(id) {
		return id[:2]
	}
	return ""
}
