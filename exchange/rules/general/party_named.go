package general

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

const ubl = "urn:oasis:names:specification:ubl:"

// partyNamed is GEN-11, for the parties that a UBL document names at its top.
// Trade licences name theirs by their schema, SPS certificates by SPS-13C.
func partyNamed() rules.Rule {
	return rules.Rule{
		Code: "GEN-11", Severity: rules.Warn,
		Source: "UBL 2.4, Party: a name or an identification",
		EN:     "{0} has neither a name nor an identification",
		ZH:     "{0}既没有名称也没有标识",
		Check: func(d *rules.Document, report rules.Report) {
			if !d.BuiltIn() || !strings.HasPrefix(d.Root.Space(), ubl) {
				return
			}
			for at := range d.Root.Children() {
				name := at.Local()
				if !strings.HasSuffix(name, "Party") {
					continue
				}
				party := at
				if inner := at.Find("Party"); inner.Exists() {
					party = inner
				}
				if !known(party) {
					report(at, name)
				}
			}
		},
	}
}

// known tells whether anything says who a party is.
func known(party strict.Node) bool {
	for _, path := range [...]string{
		"PartyName/Name", "PartyIdentification/ID", "PartyLegalEntity/RegistrationName", "PartyLegalEntity/CompanyID",
		"Person/FamilyName", "EndpointID",
	} {
		for at := range party.All(path) {
			if at.Text() != "" {
				return true
			}
		}
	}
	return false
}
