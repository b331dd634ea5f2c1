// Package all joins the rules of all packages: every business rule of the
// exchange. RULES.md, beside package rules, lists them; TestTable writes it.
package all

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
