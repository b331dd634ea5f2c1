// Package general contains the rules for documents of all kinds: codes are in
// their lists, dates and figures are plausible, parties are named, numbers have
// the right check digits. It also contains the rules for responses, which answer
// documents of all kinds. The codes follow the rows of the rule table if a row
// exists: GEN-04 is row G4, GEN-18 is row D18.
package general

import (
	"slices"

	"beibu/exchange/rules"
)

// Rules returns the rules of this package.
func Rules() []rules.Rule {
	return slices.Concat(listRules, dateRules, figureRules, identityRules, answerRules)
}

// ubl begins the namespaces of all UBL elements.
const ubl = "urn:oasis:names:specification:ubl:"

// eachOwn calls visit for every element that has one of the traits, if the
// document is of a built-in kind. It is for rules that know elements by their
// names alone: in a kind from a schema pack a name may mean anything.
func eachOwn(d *rules.Document, traits rules.Trait, visit func(rules.Element)) {
	if d.BuiltIn() {
		d.Each(traits, visit)
	}
}
