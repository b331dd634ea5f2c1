// Package all joins the rules of all packages: every business rule of the
// exchange, and those that need earlier documents. RULES.md, beside package rules, lists them; TestTable writes it.
package all

import (
	"slices"

	"beibu/exchange/judge/lifecycle"
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

// Judged returns the rules that need earlier documents: the judge checks them behind
// the record. None has a code of [Rules].
func Judged() []rules.Rule { return lifecycle.Rules() }
