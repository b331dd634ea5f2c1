package main

import (
	"context"
	"net/url"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
)

// alertsCommand shows what somebody has to know at once.
type alertsCommand struct {
	List listAlerts `cmd:"" help:"List the alerts that are firing, and what to do about each."`
}

type listAlerts struct {
	Party string `complete:"parties" placeholder:"ID" help:"About this party."`
}

// Run prints a table, and below it the next step for each line. JSON is one alert a line.
func (c *listAlerts) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	if c.Party != "" {
		query.Set("party", c.Party)
	}
	all, err := client.Get[httpapi.AlertList](ctx, caller, "/v1/alerts", query)
	if err != nil {
		return err
	}
	if s.asJSON() {
		for _, a := range all.Alerts {
			if err := s.json(a); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all.Alerts) == 0 {
		return s.printf("%s\n", s.say("no alert is firing"))
	}
	t := s.newTable("ALERT", "SEVERITY", "ABOUT", "SINCE", "SUMMARY")
	for _, a := range all.Alerts {
		t.Row(string(a.Code), s.severity(a.Severity), a.About, stamp(a.Since), s.text(a.Summary))
	}
	if err := s.table(t); err != nil {
		return err
	}
	for _, a := range all.Alerts {
		if err := s.printf("\n%s\n", s.say("%s, %s: %s", string(a.Code), a.About, s.text(a.NextStep))); err != nil {
			return err
		}
	}
	return nil
}

// severity returns how much an alert matters.
func (s *session) severity(name string) string {
	switch name {
	case "critical":
		return s.word("critical")
	case "warning":
		return s.word("warning")
	case "info":
		return s.word("info")
	}
	return name
}
