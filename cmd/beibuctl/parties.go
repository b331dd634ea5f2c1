package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/httpapi"
)

// partiesCommand lists, suspends and resumes parties.
type partiesCommand struct {
	List    listParties  `cmd:"" help:"List the parties of the exchange."`
	Show    showParty    `cmd:"" help:"Show a party: what it may send and be sent, what it issues, and for whom it may send."`
	Status  partyStatus  `cmd:"" help:"Show how parties do: what waits for them, and whether they take it."`
	Suspend suspendParty `cmd:"" help:"Shut a party out at every daemon, from its next request on."`
	Resume  resumeParty  `cmd:"" help:"Let a party in again."`
	Test    testParty    `cmd:"" help:"Push a test message, without a document, to the address of a party, or write to its folders."`
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
	t := s.newTable("PARTY", "ROLE", "COUNTRY", "LOCODES", "NAME", "SUSPENDED")
	for _, p := range all.Parties {
		t.Row(p.ID, string(p.Role), p.Country, strings.Join(p.Locodes, ","), s.text(p.Name), s.suspension(p))
	}
	return s.table(t)
}

type showParty struct {
	ID string `complete:"parties" arg:"" help:"Party id."`
}

// Run shows one party.
func (c *showParty) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	all, err := client.Get[httpapi.Parties](ctx, caller, "/v1/parties", nil)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all.Parties, func(p httpapi.Party) bool { return p.ID == c.ID })
	if at < 0 {
		return hinted{fmt.Errorf("show party: there is no party %q", c.ID), "parties list shows the ids of all parties"}
	}
	p := all.Parties[at]
	if s.asJSON() {
		return s.json(p)
	}
	facts := terminal.NewTable(s.word("party"), terminal.Clean(p.ID))
	fact := func(name, value string) { facts.Row(s.word(name), value) }
	fact("name", s.text(p.Name))
	fact("may send", strings.Join(p.Sends, ", "))
	fact("may be sent", strings.Join(p.Receives, ", "))
	fact("may send for", strings.Join(p.OnBehalfOf, ", "))
	if err := s.printf("%s", facts); err != nil || len(p.Issues) == 0 {
		return err
	}
	t := s.newTable("ISSUES", "OF COUNTRIES", "BY UNITS")
	for _, issue := range p.Issues {
		countries, units := s.word("all"), s.word("all that no party names")
		if len(issue.Countries) > 0 {
			countries = strings.Join(issue.Countries, ", ")
		}
		if len(issue.Units) > 0 {
			units = strings.Join(issue.Units, "; ")
		}
		t.Row(strings.Join(issue.Kinds, ", "), countries, units)
	}
	return s.table(t)
}

// suspension returns whether a party is suspended, and why if that is known.
func (s *session) suspension(p httpapi.Party) string {
	switch {
	case p.Suspension != nil:
		return s.say("%s by %s: %s", stamp(p.Suspension.At), p.Suspension.Actor, p.Suspension.Reason)
	case p.Suspended:
		return s.word("yes")
	}
	return ""
}

// shutting names a party that is shut out or let in.
type shutting struct {
	ID     string `complete:"parties" arg:"" help:"Party id."`
	Reason string `required:"" help:"Why, for the record."`
}

func (c *shutting) path() string { return "/v1/parties/" + url.PathEscape(c.ID) + "/suspension" }

func (s *session) printParty(p httpapi.Party) error {
	if s.asJSON() {
		return s.json(p)
	}
	t := s.newTable("PARTY", "SUSPENDED")
	t.Row(p.ID, s.suspension(p))
	return s.table(t)
}

type suspendParty struct{ shutting }

// Run shuts a party out. Every daemon on the log obeys.
func (c *suspendParty) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	p, err := client.Post[httpapi.Party](ctx, caller, c.path(), httpapi.Judgement{Reason: c.Reason})
	if err != nil {
		return err
	}
	return s.printParty(p)
}

type resumeParty struct{ shutting }

// Run lets a party in again.
func (c *resumeParty) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	p, err := client.Delete[httpapi.Party](ctx, caller, c.path(), url.Values{"reason": {c.Reason}})
	if err != nil {
		return err
	}
	return s.printParty(p)
}

type testParty struct {
	ID string `complete:"parties" arg:"" help:"Party id."`
}

// Run tests the address or the folders of a party and shows what came of it.
func (c *testParty) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	got, err := client.Post[httpapi.EndpointTest](ctx, caller, "/v1/parties/"+url.PathEscape(c.ID)+"/test", struct{}{})
	if err != nil {
		return err
	}
	if s.asJSON() {
		return s.json(got)
	}
	until := ""
	if got.CertificateUntil != nil {
		until = stamp(*got.CertificateUntil)
	}
	t := s.newTable("PARTY", "OUTCOME", "MILLISECONDS", "TLS", "CERTIFICATE UNTIL", "VERIFY BY", "DETAIL")
	t.Row(c.ID, got.Outcome, strconv.FormatInt(got.Milliseconds, 10), got.TLS, until, strings.Join(got.Keys, ","), got.Detail)
	return s.table(t)
}
