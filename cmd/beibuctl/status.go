package main

import (
	"context"
	"net/url"
	"strconv"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator"
)

type partyStatus struct {
	ID string `complete:"parties" arg:"" optional:"" help:"Party id; all that you may see if it is left out."`
}

// Run prints how parties do, a line each. JSON is one party a line.
func (c *partyStatus) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	if c.ID != "" {
		query.Set("party", c.ID)
	}
	list, err := client.Get[httpapi.StatusList](ctx, caller, "/v1/status", query)
	if err != nil {
		return err
	}
	t := s.newTable("PARTY", "BY", "STATE", "OPEN", "OLDEST", "HELD BACK", "LAST TAKEN", "LAST FAILURE", "CAUSE", "NEXT TRY", "LAST SENT", "LAST REFUSED")
	for _, p := range list.Parties {
		if s.asJSON() {
			if err := s.json(p); err != nil {
				return err
			}
			continue
		}
		t.Row(p.Party, s.way(p.Way), s.partyState(p), strconv.Itoa(p.Backlog.Open), stampOrNone(p.Backlog.OldestAt), heldBack(p),
			stampOrNone(p.Receiving.LastSuccessAt), stampOrNone(p.Receiving.LastFailureAt), causeCode(p.Receiving.Cause),
			stampOrNone(p.Receiving.NextTryAt), stampOrNone(p.Sending.LastSuccessAt), stampOrNone(p.Sending.LastFailureAt))
	}
	if s.asJSON() {
		return nil
	}
	if err := s.table(t); err != nil {
		return err
	}
	return s.tableOfHeldBack(list.Parties)
}

// heldBack says how many deliveries wait for another one of their number.
func heldBack(p httpapi.PartyStatus) string {
	if p.Backlog.HeldBack == nil {
		return ""
	}
	return strconv.Itoa(p.Backlog.HeldBack.Deliveries)
}

// tableOfHeldBack prints the document numbers of which deliveries wait for another one, if
// there are any.
func (s *session) tableOfHeldBack(parties []httpapi.PartyStatus) error {
	t, more, some := s.newTable("HELD BACK AT", "SENDER", "KIND", "NUMBER", "WAITING", "SINCE", "REASON", "UNTIL", "EXCHANGE"), 0, false
	for _, p := range parties {
		held := p.Backlog.HeldBack
		if held == nil {
			continue
		}
		for _, n := range held.Longest {
			some = true
			t.Row(p.Party, n.Sender, n.Kind, n.DocumentNumber, strconv.Itoa(n.Waiting), stamp(n.Since), s.text(n.Reason.Text()), stampOrNone(n.Until), n.ExchangeID)
		}
		more += held.Numbers - len(held.Longest)
	}
	if !some {
		return nil
	}
	if err := s.table(t); err != nil {
		return err
	}
	if more > 0 {
		s.note("and %d more numbers", more)
	}
	return nil
}

// way says by which way deliveries reach a party.
func (s *session) way(by string) string {
	switch by {
	case operator.ByMailbox:
		return s.word("mailbox")
	case operator.ByPush:
		return s.word("push")
	case operator.ByTopic:
		return s.word("topic")
	case operator.ByFolder:
		return s.word("folder")
	}
	return by
}

// partyState says whether a party takes what is addressed to it.
func (s *session) partyState(p httpapi.PartyStatus) string {
	switch {
	case p.Suspended:
		return s.word("suspended")
	case p.Breaker.Open:
		return s.say("failing since %s", stampOrNone(p.Breaker.OpenedAt))
	case p.Backlog.Failing > 0:
		return s.say("%d handed over too often", p.Backlog.Failing)
	}
	return s.word("fine")
}

func stampOrNone(t *answer.Time) string {
	if t == nil {
		return ""
	}
	return stamp(*t)
}

func causeCode(c *exchange.Cause) string {
	if c == nil {
		return ""
	}
	return c.Code
}
