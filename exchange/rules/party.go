package rules

import "beibu/signing/strict"

// PartyName returns the first name of a party of a UBL document, or its
// registered name if it has no other, or "".
func PartyName(party strict.Node) string {
	if name := party.Find("PartyName/Name").Text(); name != "" {
		return name
	}
	return party.Find("PartyLegalEntity/RegistrationName").Text()
}

// PostalCountry returns the element that holds the country of the postal address
// of a party of a UBL document, or none.
func PostalCountry(party strict.Node) strict.Node {
	return party.Find("PostalAddress/Country/IdentificationCode")
}

// HasText reports whether any element at one of the paths below n has text.
func HasText(n strict.Node, paths ...string) bool {
	for _, path := range paths {
		for at := range n.All(path) {
			if at.Text() != "" {
				return true
			}
		}
	}
	return false
}
