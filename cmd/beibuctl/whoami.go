package main

import (
	"context"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
)

// whoamiCommand shows what the credentials permit.
type whoamiCommand struct{}

// Run asks the daemon who is calling it.
func (c *whoamiCommand) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	self, err := client.Get[httpapi.Self](ctx, caller, "/v1/self", nil)
	if err != nil {
		return err
	}
	if s.asJSON() {
		return s.json(self)
	}
	t := s.newTable("NAME", "PARTY", "ROLES", "PARTIES", "COUNTRIES", "KINDS", "MAY")
	for i, action := range self.May {
		if i > 0 {
			t.Row("", "", "", "", "", "", action)
			continue
		}
		t.Row(self.Name, self.Party, strings.Join(self.Roles, ","), s.limit(self.Scope.Parties), s.limit(self.Scope.Countries), s.limit(self.Scope.Kinds), action)
	}
	return s.table(t)
}

// limit returns what a scope is limited to.
func (s *session) limit(to []string) string {
	if len(to) == 0 {
		return s.word("all")
	}
	return strings.Join(to, ",")
}
