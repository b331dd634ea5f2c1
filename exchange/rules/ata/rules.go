package ata

import (
	"slices"

	"beibu/exchange/rules"
)

// Rules returns the rules of carnets and claims.
func Rules() []rules.Rule {
	return slices.Concat(validityRules, partyRules, itemRules, totalRules, deadlineRules, voucherRules, claimRules, transactionRules)
}

// The kinds of document that the rules of this package are about.
const (
	carnet   = "ata-carnet"
	proof    = "ata-reexportation-proof"
	request  = "ata-reexportation-request"
	reminder = "ata-reexportation-reminder"

	transaction = "ata-transaction"
)

func carnets() []string { return []string{carnet} }

func requests() []string { return []string{request} }

func reminders() []string { return []string{reminder} }

func transactions() []string { return []string{transaction} }

func proofs() []string { return []string{proof} }

// withCounterfoils are the kinds that can have used counterfoils.
func withCounterfoils() []string { return []string{carnet, proof, reminder} }

func allKinds() []string { return []string{carnet, proof, request, reminder} }
