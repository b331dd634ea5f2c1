package ata

import (
	"slices"

	"beibu/exchange/rules"
)

// Rules returns the rules of carnets and claims.
func Rules() []rules.Rule {
	return slices.Concat(validityRules, cover(), goods(), vouchers(), claims())
}

// cover: what the cover of a carnet says, of whom, until when and where.
func cover() []rules.Rule {
	return []rules.Rule{
		associationsNamed(), countriesNamed(), guarantorCountry(),
		chineseAssociation(), issuerCountry(), noProcessing(),
	}
}

// goods: the general list.
func goods() []rules.Rule {
	return []rules.Rule{
		itemNumber(), setParts(), itemNumberTwice(), itemNumberGap(), unlikeGoods(),
		totalPieces(), totalValue(), totalsStated(), oneCurrency(), itemValue(),
		originCode(), totalWeight(), identifyingMark(), perishableGoods(),
	}
}

// vouchers: what counterfoils show, against the general list and one another.
func vouchers() []rules.Rule {
	return []rules.Rule{
		officeCountry(), finalDate(), lateReexportation(),
		exportedItems(), importedItems(), voucherOnce(),
		importationQuoted(), dischargedItem(), oneCarnet(),
		reimportedItems(), runningBalance(), transitPair(),
		stayInChina(), extensionCount(),
	}
}

// claims: requests, proofs and reminders of re-exportation.
func claims() []rules.Rule {
	return []rules.Rule{
		stampedEvidence(), claimInTime(), paymentTooEarly(), reminderOrder(), reexportationShown(),
	}
}
