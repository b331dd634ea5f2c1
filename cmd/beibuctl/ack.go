package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// ackMail acknowledges or refuses deliveries.
type ackMail struct {
	IDs    []exchangeID `complete:"exchanges" arg:"" optional:"" name:"id" help:"Exchange ids."`
	All    string       `placeholder:"DIR" help:"Every exchange whose envelope mailbox get has kept in this folder."`
	Accept bool         `xor:"outcome" help:"They were taken over. The default."`
	Reject bool         `xor:"outcome" help:"They are refused, with a --code and a --reason."`
	Code   string       `help:"Why they are refused, for programs; at most 64 bytes."`
	Reason string       `help:"Why they are refused, for people; at most 1,000 bytes."`
}

// Validate refuses what says nothing or two things.
func (c *ackMail) Validate() error {
	switch {
	case (len(c.IDs) == 0) == (c.All == ""):
		return errors.New("either exchange ids or --all DIR must be given")
	case c.Reject && (c.Code == "" || c.Reason == ""):
		return errors.New("--reject needs a --code and a --reason")
	case !c.Reject && c.Code+c.Reason != "":
		return errors.New("--code and --reason go with --reject")
	}
	return nil
}

// Run sends the acks and prints the state of each delivery. Each call is done whole or
// not at all.
func (c *ackMail) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	ids := c.IDs
	if c.All != "" {
		if ids, err = keptIn(c.All); err != nil {
			return err
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	t := s.newTable("EXCHANGE", "STATE")
	for some := range slices.Chunk(ids, exchange.MaxAcks) {
		results, err := client.Post[httpapi.AckResults](ctx, caller, "/v1/mailbox/acks", c.acks(some))
		if err != nil {
			return err
		}
		for _, r := range results.Deliveries {
			if s.asJSON() {
				if err := s.json(r); err != nil {
					return err
				}
				continue
			}
			t.Row(r.ExchangeID, string(r.State))
		}
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}

func (c *ackMail) acks(ids []exchangeID) httpapi.Acks {
	var out httpapi.Acks
	for _, id := range ids {
		ack := httpapi.Ack{ExchangeID: string(id), Outcome: httpapi.Accepted}
		if c.Reject {
			ack.Outcome, ack.Code, ack.Reason = httpapi.Refused, c.Code, c.Reason
		}
		out.Acks = append(out.Acks, ack)
	}
	return out
}

// keptIn returns the ids of the envelopes in a folder.
func keptIn(dir string) ([]exchangeID, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"+envelopeSuffix))
	if err != nil {
		return nil, fmt.Errorf("find envelopes: %w", err)
	}
	var ids []exchangeID
	for _, name := range names {
		id, err := uuid.Parse(strings.TrimSuffix(filepath.Base(name), envelopeSuffix))
		if err != nil {
			continue // somebody else's envelope
		}
		ids = append(ids, exchangeID(id.String()))
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("find envelopes: there is none in %s", dir)
	}
	return ids, nil
}
