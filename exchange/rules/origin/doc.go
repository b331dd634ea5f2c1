// Package origin holds the rules of certificates of origin (UBL
// CertificateOfOrigin), above all of Form E under the ASEAN-China Free Trade
// Area. Codes follow the rows of the rule table: CO-08 is row O8, and letters
// part a row that takes several checks.
//
// How Form E stands in UBL: CertificateType is "FORM E"; the ticks of box 13 are
// Remarks of the application, worded as they are printed ("ISSUED
// RETROACTIVELY", "MOVEMENT CERTIFICATE", "EXHIBITION", "THIRD PARTY
// INVOICING"); box 8 is PreferenceCriterionCode of each goods item; the HS code
// is RequiredCustomsID; the exporting Party is IssuingCountry.
package origin
