package main

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"beibu/exchange/httpapi"
)

// againMail reads deliveries again, such as after the loss of a receiver's own store.
type againMail struct {
	store
	Since moment `required:"" placeholder:"TIME" help:"Documents accepted at or after: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
	Until moment `placeholder:"TIME" help:"Documents accepted before."`
}

// Run keeps what was consigned to the caller, oldest first. It reads the list of exchanges
// and their envelopes, not the mailbox, so no delivery changes its state.
func (c *againMail) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	party, err := caller.Party(ctx)
	if err != nil {
		return err
	}
	if party == "" {
		return errors.New("an operator has no mailbox")
	}
	g, err := c.getting(ctx, s, caller)
	if err != nil {
		return err
	}
	query, now := url.Values{"party": {party}}, time.Now()
	put(query, "since", c.Since.time(now))
	put(query, "until", c.Until.time(now))
	var items []httpapi.MailboxItem
	err = caller.Exchanges(ctx, query, 0, func(x httpapi.Exchange) error {
		for _, d := range x.Deliveries {
			if d.Receiver == party {
				items = append(items, httpapi.MailboxItem{
					ExchangeID: x.ExchangeID, Attempt: d.Attempt, Sender: x.Sender, Kind: x.Kind, DocumentNumber: x.DocumentNumber, DigestSHA256: x.DigestSHA256,
				})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, item := range slices.Backward(items) {
		k := g.keep(ctx, item)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		k.Again = true
		if err := s.printKept(k); err != nil {
			return err
		}
	}
	return g.outcome
}
