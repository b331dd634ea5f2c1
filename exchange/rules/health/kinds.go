package health

import (
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// The kinds of document that the rules of this package are about.
const (
	permitKind      = "health-permit"
	certificateKind = "health-certificate"
)

func permits() []string { return []string{permitKind} }

func certificates() []string { return []string{certificateKind} }

func both() []string { return []string{permitKind, certificateKind} }

// measures is where the rules of permits come from.
const measures = "Measures on Health Permits at Frontier Ports (AQSIQ Decree 182 of 2016, as amended by GACC)"

// period returns the first and the last day of validity, and whether each is
// stated.
func period(root strict.Node) (first, last time.Time, hasFirst, hasLast bool) {
	first, hasFirst = rules.Date(root.Find("ValidityPeriod/StartDate"))
	last, hasLast = rules.Date(root.Find("ValidityPeriod/EndDate"))
	return first, last, hasFirst, hasLast
}

// country returns the country of a party's address and its place.
func country(party strict.Node) (strict.Node, string) {
	at := party.Find("PostalAddress/Country/IdentificationCode")
	return at, at.Text()
}

// named tells whether a party has a name.
func named(party strict.Node) bool {
	for _, path := range [...]string{"PartyName/Name", "PartyLegalEntity/RegistrationName", "Person/FamilyName"} {
		for name := range party.All(path) {
			if name.Text() != "" {
				return true
			}
		}
	}
	return false
}

func written(day time.Time) string { return day.Format(time.DateOnly) }
