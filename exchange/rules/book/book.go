// Package book binds the rules of all sources together: every business rule that
// the exchange knows. RULES.md beside the rules package lists them; it is
// written from here.
package book

import (
	"slices"

	"beibu/exchange/rules"
	"beibu/exchange/rules/ata"
	"beibu/exchange/rules/declaration"
	"beibu/exchange/rules/general"
	"beibu/exchange/rules/health"
	"beibu/exchange/rules/licence"
	"beibu/exchange/rules/origin"
	"beibu/exchange/rules/sps"
)

// Rules returns every rule. No two have the same code.
func Rules() []rules.Rule {
	return slices.Concat(
		ata.Rules(), declaration.Rules(), general.Rules(), health.Rules(), licence.Rules(), origin.Rules(), sps.Rules(),
	)
}
