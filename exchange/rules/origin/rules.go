package origin

import (
	"slices"
	"time"

	"beibu/exchange/rules"
)

// Rules returns the rules of certificates of origin, by code.
func Rules() []rules.Rule {
	return slices.Concat(parties(), criteria(), items(), issue(), movement(), paper(), endorsement())
}

// parties: who may issue to whom.
func parties() []rules.Rule {
	return []rules.Rule{
		issuerCountry(), exportCountry(), exporterCountry(), originParty(), importerParty(), issuingParty(),
		sameParty(), route(),
	}
}

// criteria: box 8 and what follows from it.
func criteria() []rules.Rule {
	return []rules.Rule{criterion(), valueContent(), needlessValue(), missingValue()}
}

// items: what every item has of its own.
func items() []rules.Rule {
	return []rules.Rule{ownCriterion(), ownCode(), ownQuantity()}
}

// issue: when it was issued and how long it is good.
func issue() []rules.Rule {
	return []rules.Rule{retroactive(), twelveMonths(), needlessFlag(), expired()}
}

// movement: certificates of an intermediate Party.
func movement() []rules.Rule {
	return []rules.Rule{movementOriginal(), movementOrigin(), movementOrder(), movementValidity()}
}

// paper: language, numbers, invoices.
func paper() []rules.Rule {
	return []rules.Rule{english(), numberForm(), numberYear(), thirdParty(), thirdPartyFlag()}
}

// endorsement: the approvals of the issuing side.
func endorsement() []rules.Rule {
	return []rules.Rule{endorserOrder(), endorsedNumber(), refused()}
}

// upgraded is the day from which the amended rules of origin apply (GACC
// announcement 2019/136): new criteria, and the FOB value only with RVC.
func upgraded() time.Time { return time.Date(2019, time.August, 20, 0, 0, 0, 0, time.UTC) }
