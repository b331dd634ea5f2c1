package general

import (
	"slices"

	"beibu/exchange/rules"
)

// Rules returns the rules of all kinds of document, by code.
func Rules() []rules.Rule {
	return slices.Concat(lists(), plausible(), identities(), answers())
}

// lists: codes are in the lists that they are from.
func lists() []rules.Rule {
	return []rules.Rule{
		countryCode(), currencyCode(), unitCode(), packageCode(), locationCode(), transportMode(), hsCode(),
	}
}

// plausible: dates and figures that can be.
func plausible() []rules.Rule {
	return []rules.Rule{
		futureIssue(), oldIssue(), farDate(), unreadableDate(), longNumber(), minorDigits(), periodOrder(), negative(), locationCountry(),
	}
}

// identities: who and what is meant.
func identities() []rules.Rule {
	return []rules.Rule{partyNamed(), containerNumber(), socialCredit(), creditUnnamed(), creditCheck(), nationalNumber()}
}

// answers: what a response says.
func answers() []rules.Rule {
	return []rules.Rule{answered(), responseCode(), reasonGiven(), reasonLength(), answerOrder()}
}
