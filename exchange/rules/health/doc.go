// Package health holds the rules of frontier-port health permits and of health
// certificates for goods. Both are UBL GoodsCertificates; a permit says so by
// its CustomizationID.
//
// How a permit stands in UBL: TypeCode is its category, ValidityPeriod how long
// it is good, ApplicantParty its holder, and ApplicableTerritoryAddress the
// premises, whose ID is the UN/LOCODE of the port.
package health
