package exchangetest

import (
	"testing"

	"github.com/goccy/go-yaml"

	"beibu/deploy"
	"beibu/exchange"
)

// Shipped returns the parties and the routes of the map that ships with the
// programs. That map has no keys, and no names that are not those of the fields.
func Shipped(tb testing.TB) (*exchange.Parties, *exchange.Routes) {
	tb.Helper()
	var table struct {
		Parties []struct {
			exchange.Party `yaml:",inline"`

			OnBehalfOf []string `yaml:"onBehalfOf"`
		}
		Routes []exchange.Route
	}
	if err := yaml.UnmarshalWithOptions(deploy.Parties, &table, yaml.Strict()); err != nil {
		tb.Fatal(err)
	}
	all := make([]exchange.Party, 0, len(table.Parties))
	for _, p := range table.Parties {
		p.Party.OnBehalfOf = p.OnBehalfOf
		all = append(all, p.Party)
	}
	parties, err := exchange.NewParties(all)
	if err != nil {
		tb.Fatal(err)
	}
	routes, err := exchange.NewRoutes(table.Routes, parties)
	if err != nil {
		tb.Fatal(err)
	}
	return parties, routes
}
