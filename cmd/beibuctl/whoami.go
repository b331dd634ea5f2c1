package main

import (
	"context"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/exchange/access"
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
	rows := self.Grants
	if self.Party != "" { // the role of the party itself
		rows = append([]httpapi.Grant{{Roles: []string{"party"}, Scope: access.Limits{Parties: []string{self.Party}}}}, rows...)
	}
	for i := range max(len(rows), len(self.May)) {
		cells := make([]string, 7)
		if i == 0 {
			cells[0], cells[1] = self.Name, self.Party
		}
		if i < len(rows) {
			of := rows[i].Scope
			cells[2], cells[3], cells[4], cells[5] = strings.Join(rows[i].Roles, ","), s.limit(of.Parties), s.limit(of.Countries), s.limit(of.Kinds)
		}
		if i < len(self.May) {
			cells[6] = self.May[i]
		}
		t.Row(cells...)
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
