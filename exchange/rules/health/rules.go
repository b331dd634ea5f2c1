package health

import (
	"slices"

	"beibu/exchange/rules"
)

// Rules returns the rules of health permits and health certificates, by code.
func Rules() []rules.Rule {
	return slices.Concat(permit(), premises(), chain(), kind(), unlessMistyped(certificate()))
}

// permit: who permits what to whom, and for how long.
func permit() []rules.Rule {
	return []rules.Rule{
		permitIssuer(), periodStated(), fourYears(), startsBeforeIssue(), permitExpired(), category(),
		holder(), holderCode(),
	}
}

// premises: where the permit holds.
func premises() []rules.Rule {
	return []rules.Rule{premisesStated(), chinesePort(), portCity()}
}

// chain: what was replaced.
func chain() []rules.Rule {
	return []rules.Rule{replacesItself(), replacedLater()}
}

// kind: which of the two a document is.
func kind() []rules.Rule {
	return []rules.Rule{mistypedCustomization(), foreignCustomization()}
}

// certificate: what a health certificate says of goods.
func certificate() []rules.Rule {
	return []rules.Rule{
		certificateType(), attested(), issuerCountry(), quantity(), netOverGross(), traders(),
	}
}
