package main

import (
	"context"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/httpapi"
)

// partiesCommand tells of parties.
type partiesCommand struct {
	List listParties `cmd:"" help:"List the parties of the exchange."`
}

type listParties struct{}

// Run lists the parties that the daemon knows.
func (c *listParties) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	all, err := client.Get[httpapi.Parties](ctx, caller, "/v1/parties", nil)
	if err != nil {
		return err
	}
	if s.asJSON() {
		return s.json(all)
	}
	t := terminal.NewTable("PARTY", "ROLE", "COUNTRY", "LOCODES", "NAME")
	for _, p := range all.Parties {
		t.Row(p.ID, string(p.Role), p.Country, strings.Join(p.Locodes, ","), s.text(p.Name))
	}
	return s.table(t)
}
