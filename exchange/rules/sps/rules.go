package sps

import (
	"slices"

	"beibu/exchange/rules"
)

// Rules returns the rules of sanitary and phytosanitary certificates, by code.
func Rules() []rules.Rule {
	return slices.Concat(document(), contents(), goods(), dates(), attachments())
}

// document: what kind of certificate it is and in which state.
func document() []rules.Rule {
	return []rules.Rule{
		issuerCountry(), sameCountry(), emptyDeclaration(), certificateType(), typeOfGoods(),
		reexportOriginal(), reexportOrigin(), replacement(), replacesItself(), replacedLater(), replacedWhen(), status(),
	}
}

// contents: what ISPM 12 wants to be there although the schema does not.
func contents() []rules.Rule {
	return []rules.Rule{
		number(), issuer(), traders(), placeOfSignature(), dateOfSignature(), signatory(), quantity(),
		goodsLine(), issueDate(), unit(),
	}
}

// goods: what each line says.
func goods() []rules.Rule {
	return []rules.Rule{
		scientificName(), eppoCode(), origin(), treatment(), concentration(), lineNumber(), wholeNumber(),
		portOfEntry(), netOverGross(),
	}
}

// dates: in which order things happened.
func dates() []rules.Rule {
	return []rules.Rule{lateDeparture(), lateIssue(), lateTreatment(), lateSignature()}
}

// attachments: what is carried along.
func attachments() []rules.Rule {
	return []rules.Rule{attachmentType(), attachmentContent()}
}
