package declaration

import (
	"slices"

	"beibu/exchange/rules"
)

// Rules returns the rules of declarations, by code.
func Rules() []rules.Rule {
	return slices.Concat(goods(), figures(), times(), documents(), parties())
}

// goods: numbering and commodity codes.
func goods() []rules.Rule {
	return []rules.Rule{
		itemNumber(), itemNumberMissing(), tenDigits(), commodityMissing(), nothingDeclared(),
	}
}

// figures: what sums and products must come to.
func figures() []rules.Rule {
	return []rules.Rule{
		lineTotal(), grossWeight(), netWeightSum(), itemCount(), packageCount(), valueSum(),
	}
}

// times: by when a declaration is made.
func times() []rules.Rule {
	return []rules.Rule{
		lateImport(), abandonedImport(), lateExport(), exportBeforeReceipt(), transitPeriod(), transitLimit(),
	}
}

// documents: what a declaration must cite.
func documents() []rules.Rule {
	return []rules.Rule{
		precursorLicence(), graphiteLicence(), plantCertificate(), transitPlantCertificate(), previousItself(),
	}
}

// parties: customs offices and companies.
func parties() []rules.Rule {
	return []rules.Rule{districtOffice(), officeCode(), companyNumber()}
}
