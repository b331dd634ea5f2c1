package main

import (
	"context"
	"net/url"
	"time"

	"beibu/exchange/httpapi"
)

// againMail reads deliveries again, such as after the loss of a receiver's own store.
type againMail struct {
	store
	Since moment `required:"" placeholder:"TIME" help:"What was consigned at or after: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
}

// Run keeps what was consigned to the caller, in the order of the record. No delivery
// changes its state by it.
func (c *againMail) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	g, err := c.getting(ctx, s, caller)
	if err != nil {
		return err
	}
	query := url.Values{}
	put(query, "since", c.Since.time(time.Now()))
	err = caller.Again(ctx, query, func(item httpapi.AgainItem) error {
		k := g.keep(ctx, item.MailboxItem)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		k.Again, k.Waiting = true, item.Waiting
		return s.printKept(k)
	})
	if err != nil {
		return err
	}
	return g.outcome
}
