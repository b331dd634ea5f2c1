package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
)

// replayCommand plans to send failed deliveries again. It prints its plan, and requests
// a run of it only with --do.
type replayCommand struct {
	Failed  bool     `help:"Deliveries that were refused or given up. Needed, unless --routing is now."`
	Routing string   `enum:"then,now" default:"then" help:"then: to the receivers of the acceptance. now: by the routes in force, also to receivers that are new; another person approves it."`
	To      []string `complete:"parties" placeholder:"PARTY" help:"The receivers. A party may leave it out and means itself."`
	Since   moment   `placeholder:"TIME" help:"Failed at or after, or, as routed now, accepted: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
	Until   moment   `placeholder:"TIME" help:"Failed before."`
	Kind    string   `complete:"kinds" placeholder:"KIND" help:"Of the document, such as ata-carnet."`
	Sender  string   `complete:"parties" placeholder:"PARTY" help:"Of the document."`
	Number  string   `placeholder:"NUMBER" help:"Document number."`
	Cause   string   `placeholder:"CODE" help:"Code of the cause, such as HS-UNKNOWN or expired."`
	Do      bool     `help:"Request a run of the plan."`
	Digest  string   `placeholder:"DIGEST" help:"Request it only if the plan is still the one with this digest."`
	Rate    int      `placeholder:"N" help:"Deliveries a second, 1 to 1000; by default that of the plan."`
	Reason  string   `help:"Why, for the record. Needed with --do."`
	Yes     bool     `help:"Do not ask."`
}

// Validate refuses what would be done without a reason.
func (c *replayCommand) Validate() error {
	switch {
	case !c.Failed && c.Routing != string(replay.Now):
		return errors.New("missing flags: --failed, or --routing=now")
	case c.Do && strings.TrimSpace(c.Reason) == "":
		return errors.New("--do needs a --reason, for the record")
	case !c.Do && (c.Reason != "" || c.Digest != "" || c.Rate != 0 || c.Yes):
		return errors.New("--reason, --digest, --rate and --yes go with --do")
	case c.Rate < 0 || c.Rate > replay.MaxRate:
		return errors.New("--rate is 1 to 1000")
	}
	return nil
}

// Run prints the plan and, with --do, requests a run of exactly that plan: if something
// has changed, nothing is done.
func (c *replayCommand) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	now := time.Now()
	query := replay.Query{
		Receivers: c.To, Since: c.Since.time(now), Until: c.Until.time(now), Kind: c.Kind, Sender: c.Sender, Number: c.Number, Cause: c.Cause,
	}
	if c.Routing == string(replay.Now) {
		query.Routing = replay.Now
	}
	plan, err := client.Post[httpapi.Plan](ctx, caller, "/v1/replays/plans", query)
	if err != nil {
		return err
	}
	if !c.Do || plan.Eligible == 0 {
		return s.printPlan(plan)
	}
	if s.terminal && !c.Yes {
		if err := s.printPlan(plan); err != nil {
			return err
		}
		if err := s.confirm(ctx, s.say("Send %s again? [y/N]", s.deliveries(plan.Eligible))); err != nil {
			return err
		}
	}
	order := httpapi.RunOrder{Query: query, Digest: plan.Digest, Reason: c.Reason, Rate: c.Rate}
	if c.Digest != "" {
		order.Digest = c.Digest
	}
	run, err := client.Post[httpapi.Run](ctx, caller, "/v1/runs", order)
	if err != nil {
		return err
	}
	return s.printRun(run)
}

// printPlan prints a plan: its deliveries, what is left out, and what a run needs.
func (s *session) printPlan(plan httpapi.Plan) error {
	if s.asJSON() {
		return s.json(plan)
	}
	if plan.Matched == 0 {
		return s.printf("%s\n", s.word("no delivery fits: there is nothing to replay"))
	}
	t := s.newTable("EXCHANGE", "RECEIVER", "KIND", "NUMBER", "STATE", "ATTEMPT", "FAILED", "CAUSE")
	for _, i := range plan.Items {
		t.Row(i.ExchangeID, i.Receiver, i.Kind, i.DocumentNumber, cmp.Or(string(i.State), s.word("new receiver")), strconv.Itoa(i.Attempt), stampOrNone(i.FailedAt), s.because(i.Cause))
	}
	if err := s.table(t); err != nil {
		return err
	}
	if err := s.printf("%s", s.countsOf(plan)); err != nil {
		return err
	}
	return s.printf("%s\n%s\n%s\n", s.say("planned: %s; nothing was done", s.deliveries(plan.Eligible)),
		s.say("plan %s", terminal.Clean(plan.Digest)), s.word("to do it, add --do --reason WHY"))
}

// movesOf says which receivers the routes in force add and drop, a line each.
func (s *session) movesOf(added, dropped []replay.Moved) []string {
	var lines []string
	for _, m := range added {
		lines = append(lines, s.say("new receiver %s: %d exchanges", m.Receiver, m.Exchanges))
	}
	for _, m := range dropped {
		lines = append(lines, s.say("no longer routed to %s: %d exchanges, nothing is sent there", m.Receiver, m.Exchanges))
	}
	return lines
}

// countsOf says what of a plan the table does not show, a line each.
func (s *session) countsOf(plan httpapi.Plan) string {
	var text strings.Builder
	line := func(one string) { text.WriteString(one + "\n") }
	if more := plan.Eligible - len(plan.Items); more > 0 {
		line(s.say("and %s more that the plan has and this table does not show", s.deliveries(more)))
	}
	line(s.say("matched: %s", s.deliveries(plan.Matched)))
	for _, l := range plan.LeftOut {
		line(s.say("left out: %s, %s", s.deliveries(l.Deliveries), s.whyLeftOut(l.Reason)))
	}
	for _, r := range plan.Receivers {
		line(s.say("to %s: %s, %d bytes", r.Receiver, s.deliveries(r.Deliveries), r.Bytes))
	}
	if plan.Routed == replay.Now {
		line(s.say("by the routes in force; documents read again: %d", plan.Examined))
	}
	for _, one := range s.movesOf(plan.Added, plan.Dropped) {
		line(one)
	}
	line(s.say("at %d a second it takes %s, and its first steps wait for answers", plan.Rate, time.Duration(plan.Seconds)*time.Second))
	if len(plan.Approval) > 0 {
		line(s.say("another person has to approve it: %s", s.whyApproved(plan.Approval)))
	}
	return text.String()
}

// whyLeftOut says why deliveries are not in a plan.
func (s *session) whyLeftOut(reason string) string {
	switch reason {
	case replay.OutOfScope:
		return s.word("which you may not replay")
	case replay.UnknownReceiver:
		return s.word("whose receiver is no party any more")
	case replay.Suspended:
		return s.word("whose receiver is suspended")
	case replay.NotKept:
		return s.word("whose envelope is no longer kept")
	case replay.InAnotherRun:
		return s.word("which another run has")
	case replay.NotReleased:
		return s.word("of which the exchange was held and not released")
	case replay.Unreadable:
		return s.word("of which today's schemas or keys do not let the document be read")
	case replay.Unroutable:
		return s.word("which no route takes now")
	case replay.NotApproved:
		return s.word("whose joint approval is not complete")
	case replay.NoLongerRouted:
		return s.word("to whose receiver no route leads now")
	case replay.BeyondLimit:
		return s.word("which are beyond the bound of one plan: replay again afterwards")
	}
	return reason
}

// whyApproved says why another person has to approve a run.
func (s *session) whyApproved(reasons []string) string {
	var all []string
	if slices.Contains(reasons, replay.NeedsCount) {
		all = append(all, s.word("it has many deliveries"))
	}
	if slices.Contains(reasons, replay.NeedsBorder) {
		all = append(all, s.word("it crosses a border"))
	}
	if slices.Contains(reasons, replay.NeedsRoutes) {
		all = append(all, s.word("it goes by the routes in force"))
	}
	return strings.Join(all, ", ")
}

// deliveries counts.
func (s *session) deliveries(n int) string {
	if n == 1 {
		return s.word("1 delivery")
	}
	return s.say("%d deliveries", n)
}

// because says why, in a few words.
func (s *session) because(c *exchange.Cause) string {
	if c == nil {
		return ""
	}
	var words []string
	if c.Code != "" {
		words = append(words, c.Code)
	}
	if c.Reason != "" {
		words = append(words, "("+c.Reason+")")
	}
	if c.Actor != "" {
		words = append(words, s.say("by %s", c.Actor))
	}
	return strings.Join(words, " ")
}
