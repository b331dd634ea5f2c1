// Package exchangetest builds parts of the domain for tests: the real ones,
// wired as the daemon wires them.
package exchangetest

import (
	"testing"

	"beibu/exchange"
	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
	"beibu/schemas"
)

// Checks returns the built-in schemas and rules, bound.
func Checks(tb testing.TB) *exchange.Checks {
	tb.Helper()
	set, err := rules.NewSet(all.Rules(), all.Judged())
	if err != nil {
		tb.Fatal(err)
	}
	return ChecksWith(tb, set)
}

// ChecksWith returns the built-in schemas with other rules.
func ChecksWith(tb testing.TB, set *rules.Set) *exchange.Checks {
	tb.Helper()
	catalog, err := schemas.NewCatalog(schemas.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return exchange.NewChecks(catalog, set)
}
