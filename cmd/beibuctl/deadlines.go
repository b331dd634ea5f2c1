package main

import (
	"context"
	"errors"
	"net/url"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange/answer"
	"beibu/exchange/effects"
)

// deadlinesCommand lists by when something has to be done about documents.
type deadlinesCommand struct {
	State  string `placeholder:"STATE" help:"ahead or passed."`
	Kind   string `complete:"kinds" placeholder:"KIND" help:"Of the document, such as ata-carnet."`
	Sender string `complete:"parties" placeholder:"ID" help:"Of the document."`
	Within int    `placeholder:"DAYS" help:"Ahead by at most so many days, or passed."`
	Limit  int    `default:"50" help:"How many at most (${default})."`
	All    bool   `help:"All, however many."`
}

// Validate refuses what would list nothing.
func (c *deadlinesCommand) Validate() error {
	if c.Limit < 1 {
		return errors.New("--limit is at least 1; --all lists all")
	}
	if c.Within < 0 {
		return errors.New("--within is a number of days, at least 1")
	}
	return nil
}

// Run prints a table, the earliest first. JSON is one deadline a line.
func (c *deadlinesCommand) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	all, more, err := c.read(ctx, caller)
	if err != nil {
		return err
	}
	if s.asJSON() {
		for _, one := range all {
			if err := s.json(one); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		return s.printf("%s\n", s.say("no deadline matches"))
	}
	t := s.newTable("DEADLINE", "UNTIL", "STATE", "DOCUMENT", "SENDER", "EXCHANGE")
	for _, one := range all {
		state := s.word("ahead")
		if one.PassedAt != nil {
			state = s.word("passed")
		}
		t.Row(s.deadline(one.Name), stamp(one.At), state, one.Kind+" "+one.DocumentNumber, one.Sender, one.ExchangeID)
	}
	if err := s.table(t); err != nil {
		return err
	}
	if more {
		s.note("only the first %d are shown; --all shows all, --limit more of them", len(all))
	}
	return nil
}

// read returns as many as are asked for, and whether there are more.
func (c *deadlinesCommand) read(ctx context.Context, caller *client.Client) (all []answer.DocumentDeadline, more bool, err error) {
	query := make(url.Values)
	for name, value := range map[string]string{"state": c.State, "kind": c.Kind, "sender": c.Sender} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if c.Within > 0 {
		query.Set("before", time.Now().AddDate(0, 0, c.Within).UTC().Format(time.RFC3339))
	}
	list := client.List{Query: query, Limit: oneMore(c.Limit)}
	if c.All {
		list.Limit = 0
	}
	err = caller.Deadlines(ctx, list, func(one answer.DocumentDeadline) error {
		all = append(all, one)
		return nil
	})
	if more = !c.All && len(all) > c.Limit; more {
		all = all[:c.Limit]
	}
	return all, more, err
}

// deadline returns what a deadline is, for people.
func (s *session) deadline(name effects.Deadline) string {
	switch name {
	case effects.Expiry:
		return s.word("valid until")
	case effects.ClaimPeriod:
		return s.word("customs may claim until")
	case effects.Proof:
		return s.word("proof of re-exportation until")
	case effects.Payment:
		return s.word("provisional payment is final from")
	case effects.TransitExit:
		return s.word("goods in transit leave until")
	}
	return string(name)
}
