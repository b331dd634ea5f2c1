package main

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
)

// replayCommand sends failed deliveries again. It prints its plan, and acts
// only with --do.
type replayCommand struct {
	Failed bool   `required:"" help:"Deliveries that were refused or given up. Nothing else can be replayed."`
	To     string `complete:"parties" placeholder:"PARTY" help:"The receiver. A party may leave it out and means itself."`
	Since  moment `placeholder:"TIME" help:"Failed at or after: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
	Until  moment `placeholder:"TIME" help:"Failed before."`
	Kind   string `complete:"kinds" placeholder:"KIND" help:"Of the document, such as ata-carnet."`
	Cause  string `placeholder:"CODE" help:"Code of the cause, such as HS-UNKNOWN or expired."`
	Do     bool   `help:"Do it."`
	Digest string `placeholder:"DIGEST" help:"Do it only if the plan is still the one with this digest."`
	Reason string `help:"Why, for the record. Needed with --do."`
}

// Validate refuses what would be done without a reason.
func (c *replayCommand) Validate() error {
	switch {
	case c.Do && strings.TrimSpace(c.Reason) == "":
		return errors.New("--do needs a --reason, for the record")
	case !c.Do && (c.Reason != "" || c.Digest != ""):
		return errors.New("--reason and --digest go with --do")
	}
	return nil
}

// Run prints the plan and, with --do, does exactly that plan: if something
// changed meanwhile, nothing is done.
func (c *replayCommand) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	now := time.Now()
	query := replay.Query{
		Receiver: c.To, Since: c.Since.time(now), Until: c.Until.time(now), Kind: c.Kind, Cause: c.Cause,
	}
	plan, err := client.Post[httpapi.Plan](ctx, caller, "/v1/replays/plans", query)
	if err != nil {
		return err
	}
	if !c.Do || len(plan.Items) == 0 {
		return s.printPlan(plan, false)
	}
	digest := plan.Digest
	if c.Digest != "" {
		digest = c.Digest
	}
	plan, err = client.Post[httpapi.Plan](ctx, caller, "/v1/replays", httpapi.ReplayOrder{Query: query, Digest: digest, Reason: c.Reason})
	if err != nil {
		return err
	}
	return s.printPlan(plan, true)
}

// A printedPlan is a plan as it is printed.
type printedPlan struct {
	httpapi.Plan
	Done bool `json:"done"`
}

func (s *session) printPlan(plan httpapi.Plan, done bool) error {
	if s.asJSON() {
		return s.json(printedPlan{plan, done})
	}
	if plan.Matched == 0 {
		return s.printf("%s\n", s.word("no failed delivery fits: there is nothing to replay"))
	}
	t := s.newTable("EXCHANGE", "RECEIVER", "KIND", "NUMBER", "STATE", "ATTEMPT", "FAILED", "CAUSE")
	for _, i := range plan.Items {
		t.Row(i.ExchangeID, i.Receiver, i.Kind, i.DocumentNumber, string(i.State), strconv.Itoa(i.Attempt), stamp(i.FailedAt), s.because(i.Cause))
	}
	if err := s.table(t); err != nil {
		return err
	}
	if err := s.printf("%s", s.countsOf(plan)); err != nil {
		return err
	}
	if done {
		return s.printf("%s\n", s.say("done: %s", s.deliveries(*cmp.Or(plan.Started, &plan.Eligible))))
	}
	return s.printf("%s\n%s\n%s\n", s.say("planned: %s; nothing was done", s.deliveries(plan.Eligible)),
		s.say("plan %s", terminal.Clean(plan.Digest)), s.word("to do it, add --do --reason WHY"))
}

// countsOf says what of a plan the table does not show, a line each.
func (s *session) countsOf(plan httpapi.Plan) string {
	var text strings.Builder
	if more := plan.Eligible - len(plan.Items); more > 0 {
		text.WriteString(s.say("and %s more that the plan has and this table does not show", s.deliveries(more)) + "\n")
	}
	if plan.LeftOut > 0 {
		text.WriteString(s.say("%s fit; the plan leaves out %d, which are beyond the bound of one plan: replay again afterwards",
			s.deliveries(plan.Matched), plan.LeftOut) + "\n")
	}
	if plan.Started != nil && *plan.Started < plan.Eligible {
		text.WriteString(s.say("%s of the plan were acknowledged, or replayed by another, a moment before", s.deliveries(plan.Eligible-*plan.Started)) + "\n")
	}
	return text.String()
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
	words := []string{c.Code}
	if c.Reason != "" {
		words = append(words, "("+c.Reason+")")
	}
	if c.Actor != "" {
		words = append(words, s.say("by %s", c.Actor))
	}
	return strings.Join(words, " ")
}
