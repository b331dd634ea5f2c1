package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// laneCommand shows what passes a border together.
type laneCommand struct {
	Key   string `arg:"" help:"Plate of a truck, or number of a train, vessel, flight or container."`
	Since moment `placeholder:"TIME" help:"Accepted at or after: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
	Until moment `placeholder:"TIME" help:"Accepted before."`
	Limit int    `default:"50" help:"How many documents at most, the newest (${default}, at most 500)."`
}

// Run shows the documents, oldest first, and what they cite.
func (c *laneCommand) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query, now := url.Values{"limit": {strconv.Itoa(c.Limit)}}, time.Now()
	put(query, "since", c.Since.time(now))
	put(query, "until", c.Until.time(now))
	lane, err := client.Get[httpapi.Lane](ctx, caller, "/v1/lanes/"+url.PathEscape(c.Key), query)
	if err != nil {
		return err
	}
	if s.asJSON() {
		return s.json(lane)
	}
	if len(lane.Exchanges)+len(lane.Refused) == 0 {
		s.note("nothing is found; searched for %s", lane.Key)
		return nil
	}
	t := s.newTable("EXCHANGE", "ACCEPTED", "STATE", "KIND", "NUMBER", "SENDER", "RECEIVERS", "LET PASS", "CAUSE", "ANSWERED")
	for _, x := range lane.Exchanges {
		t.Row(x.ExchangeID, stamp(x.AcceptedAt), string(x.State), x.Kind, x.DocumentNumber, x.Sender, strings.Join(x.Receivers, ","),
			strings.Join(x.FaultCodes, " "), strings.Join(causesOf(x), " "), s.answered(x.Answered))
	}
	if err := s.table(t); err != nil {
		return err
	}
	if lane.Next != "" {
		s.note("only the newest %d are shown; --until shows older ones, --limit more of them", len(lane.Exchanges))
	}
	if err := s.printCited(lane); err != nil {
		return err
	}
	return s.printRefused(lane)
}

// printRefused prints what was refused and that nothing cites.
func (s *session) printRefused(lane httpapi.Lane) error {
	if lane.RefusedMore {
		s.note("only the newest refusals are shown; refusals list has the others")
	}
	if len(lane.Refused) == 0 {
		return nil
	}
	t := s.newTable("REFUSAL", "AT", "SENDER", "KIND", "NUMBER", "CODE")
	for _, r := range lane.Refused {
		t.Row(r.ID, stamp(r.At), r.Sender, r.Kind, r.DocumentNumber, strings.Join(codesOf(r), " "))
	}
	return s.printf("\n%s", t)
}

// causesOf returns the codes of the reasons for which deliveries are in their state.
func causesOf(x httpapi.Exchange) []string {
	var codes []string
	for _, d := range x.Deliveries {
		if d.Cause != nil && d.Cause.Code != "" && !slices.Contains(codes, d.Cause.Code) {
			codes = append(codes, d.Cause.Code)
		}
	}
	return codes
}

// printCited prints what the documents of a lane cite.
func (s *session) printCited(lane httpapi.Lane) error {
	if len(lane.Cited) == 0 {
		return nil
	}
	t := s.newTable("CITED", "NUMBER", "CITED BY", "STATE", "ANSWERED")
	for _, cited := range lane.Cited {
		state := string(cited.State)
		switch r := cited.Refusal; {
		case r != nil:
			state = s.say("refused by this exchange: %s, refusal %s", strings.Join(append([]string{r.Code}, r.FaultCodes...), " "), r.ID)
		case cited.ExchangeID == "":
			state = s.word("not here")
		}
		t.Row(cited.Kind, cited.DocumentNumber, strings.Join(cited.CitedBy, " "), state, s.answered(cited.Answered))
	}
	if err := s.printf("\n%s", t); err != nil {
		return err
	}
	if lane.CitedOmitted > 0 {
		s.note("%d citations are not shown", lane.CitedOmitted)
	}
	return nil
}

// Validate refuses what the daemon would refuse.
func (c *laneCommand) Validate() error {
	if c.Limit < 1 || c.Limit > exchange.MaxPage {
		return fmt.Errorf("--limit is from 1 to %d", exchange.MaxPage)
	}
	return nil
}
