package main

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// mailboxCommand receives documents.
type mailboxCommand struct {
	List  listMail  `cmd:"" help:"List what waits, without fetching it."`
	Get   getMail   `cmd:"" help:"Fetch what waits, verify it and keep it."`
	Ack   ackMail   `cmd:"" help:"Acknowledge or refuse what was fetched."`
	Again againMail `cmd:"" help:"Read again what was consigned since a time, also what was acknowledged. Nothing is fetched or acknowledged by it."`
}

type listMail struct {
	Party string `complete:"parties" placeholder:"ID" help:"The receiver; an operator must say it, a party may leave it out and means itself."`
}

// A waiting delivery, as it is printed.
type waiting struct {
	ExchangeID      string         `json:"exchangeId"`
	Receiver        string         `json:"receiver"`
	State           exchange.State `json:"state"`
	Attempt         int            `json:"attempt"`
	Handovers       int            `json:"handovers"`
	Failing         bool           `json:"failing,omitempty"`
	Sender          string         `json:"sender"`
	Kind            string         `json:"kind"`
	DocumentNumber  string         `json:"documentNumber"`
	DocumentVersion string         `json:"documentVersion,omitempty"`
	Size            int            `json:"size"`
	Express         bool           `json:"express"`
	ConsignedAt     answer.Time    `json:"consignedAt"`
	sequence        int64
}

// Run lists the deliveries of a receiver that are open, in the order in which
// they will be fetched. It reads the list of exchanges, not the mailbox: looking
// leases nothing, hides nothing from those who fetch, and leaves no trace that
// says that something was handed over.
func (c *listMail) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	party := c.Party
	if party == "" {
		if party, err = caller.Party(ctx); err != nil {
			return err
		}
		if party == "" {
			return hinted{errors.New("an operator has no mailbox"), "--party names the receiver whose mailbox is meant"}
		}
	}
	all, err := openDeliveries(ctx, caller, party)
	if err != nil {
		return err
	}
	t := s.newTable("EXCHANGE", "CONSIGNED", "STATE", "ATTEMPT", "HANDOVERS", "KIND", "NUMBER", "SENDER", "")
	for _, w := range all {
		if s.asJSON() {
			if err := s.json(w); err != nil {
				return err
			}
			continue
		}
		t.Row(w.cells(s)...)
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}

// unfinished are the states of an exchange, as a whole, in which a delivery of
// it may be open: those that exchange.Summary gives if one is.
var unfinished = []exchange.State{
	exchange.ContentConsignment, exchange.ContentHandover, exchange.ConsignmentRejection, exchange.ContentHandoverFailure,
}

// openDeliveries returns the open deliveries to a party, express first and
// then oldest first; what is failing comes last, the fewest hand-overs first.
func openDeliveries(ctx context.Context, caller *client.Client, party string) ([]waiting, error) {
	var all []waiting
	for _, state := range unfinished {
		query := url.Values{"party": {party}, "state": {string(state)}}
		err := caller.Exchanges(ctx, query, 0, func(x httpapi.Exchange) error {
			for _, d := range x.Deliveries {
				if d.Receiver == party && d.State.Open() {
					all = append(all, waitingOf(x, d))
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b waiting) int {
		return cmp.Or(cmp.Compare(a.turn(), b.turn()), cmp.Compare(a.sequence, b.sequence))
	})
	return slices.CompactFunc(all, func(a, b waiting) bool { return a.ExchangeID == b.ExchangeID }), nil
}

// turn orders deliveries by what comes before their age.
func (w waiting) turn() int {
	switch {
	case w.Failing:
		return 1 + w.Handovers
	case w.Express:
		return 0
	}
	return 1
}

func waitingOf(x httpapi.Exchange, d httpapi.Delivery) waiting {
	return waiting{
		ExchangeID: x.ExchangeID, Receiver: d.Receiver, State: d.State, Attempt: d.Attempt, Handovers: d.Handovers, Failing: d.Failing,
		Sender: x.Sender, Kind: x.Kind, DocumentNumber: x.DocumentNumber, DocumentVersion: x.DocumentVersion,
		Size: x.Size, Express: x.Express, ConsignedAt: d.ConsignedAt, sequence: x.Sequence,
	}
}

func (w waiting) cells(s *session) []string {
	express := ""
	if w.Express {
		express = s.word("express")
	}
	return []string{
		w.ExchangeID, stamp(w.ConsignedAt), string(w.State), strconv.Itoa(w.Attempt),
		s.handovers(httpapi.Delivery{Handovers: w.Handovers, Failing: w.Failing}),
		w.Kind, w.DocumentNumber, w.Sender, express,
	}
}
