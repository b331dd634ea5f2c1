package licence

import (
	"slices"

	"beibu/exchange/rules"
)

// Rules returns the rules of licences, by code.
func Rules() []rules.Rule {
	return slices.Concat(usage(), validity(), quantities(), references(), codes(), arithmetic(), chemicals())
}

// usage: how often and where a licence may be used.
func usage() []rules.Rule {
	return []rules.Rule{
		oneOffice(), drawOffice(), oneConsignment(), twelveUses(), usesExceeded(), drawOrder(),
		drawRemainder(), drawRemainderStated(), automaticUses(),
	}
}

// validity: when it may be used.
func validity() []rules.Rule {
	return []rules.Rule{
		automaticPeriod(), importYear(), importCarryOver(), dualUseYear(), exportPeriod(), exportYear(),
		freshGoodsPeriod(), drawInPeriod(), periodOrder(), issueOrder(),
	}
}

// quantities: how much may be drawn, and what is left.
func quantities() []rules.Rule {
	return []rules.Rule{
		overdraw(), overageLimit(), oilOverageLimit(), quantityUnit(), lineNumber(), drawTwice(), drawUnit(),
		exhaustion(),
	}
}

// references: to earlier licences.
func references() []rules.Rule {
	return []rules.Rule{replacedLicence(), replacesItself(), replacedLater()}
}

// codes: what kind of licence it is.
func codes() []rules.Rule {
	return []rules.Rule{importCategory(), exportCategory(), documentType(), sameCountry()}
}

// arithmetic: what the figures say of one another.
func arithmetic() []rules.Rule {
	return []rules.Rule{lineValue(), totalValue(), lineCount()}
}

// chemicals: precursors and dangerous goods.
func chemicals() []rules.Rule {
	return []rules.Rule{precursorEndUser(), precursorCategory(), dangerousNumber(), dangerousMatch()}
}
