package rules

// The paths of a party of a UBL document, from the party on.
const (
	PartyName      = "PartyName/Name"
	RegisteredName = "PartyLegalEntity/RegistrationName"
	PostalCountry  = "PostalAddress/Country/IdentificationCode"
)
