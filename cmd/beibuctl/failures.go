package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator"
	"beibu/exchange/operator/views"
)

// listFailures lists what has failed, one line for each cause at each receiver.
type listFailures struct {
	Party    string   `placeholder:"ID" help:"Sent or received by this party."`
	Receiver string   `placeholder:"ID" help:"Addressed to this party."`
	By       []string `enum:"receiver,sender,rule" placeholder:"WHAT" help:"With sender, the documents of each sender are counted apart, at each receiver. With rule, those of each rule: one with several counts in each. With sender,rule, those of each sender and rule. receiver is the default, and goes with no other value."`
	viewed
	Since bound `placeholder:"TIME" help:"Failed at or after: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
	Until bound `placeholder:"TIME" help:"Failed before."`
	CSV   bool  `name:"csv" help:"Print all as CSV, with the filter and the time in the first lines."`
}

// Validate refuses values that contradict each other.
func (c *listFailures) Validate() error {
	if _, _, known := exchange.ReadCountBy(strings.Join(c.By, ",")); !known {
		return fmt.Errorf("--by is %s", exchange.CountByText.EN)
	}
	return nil
}

// Run prints what is still tried again and what failed for good, each a table and below it
// the next step for each line. JSON is one cause a line: those with nextTryAt are tried
// again.
func (c *listFailures) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"party": c.Party, "receiver": c.Receiver, "by": strings.Join(c.By, ",")} {
		if value != "" {
			query.Set(name, value)
		}
	}
	now := time.Now()
	put(query, "since", c.Since.time(now))
	put(query, "until", c.Until.time(now))
	if err := c.add(ctx, caller, views.Failures, query); err != nil {
		return err
	}
	if c.CSV {
		return caller.Download(ctx, "/v1/failures", query, "text/csv", s.out)
	}
	list, err := client.Get[httpapi.FailuresList](ctx, caller, "/v1/failures", query)
	if err != nil {
		return err
	}
	if s.asJSON() {
		for _, f := range list.Failures {
			if err := s.json(f); err != nil {
				return err
			}
		}
		for _, r := range list.Retries {
			if err := s.json(r); err != nil {
				return err
			}
		}
		return nil
	}
	_, byRule, _ := exchange.ReadCountBy(query.Get("by"))
	if err := s.printRetries(list.Retries, byRule); err != nil {
		return err
	}
	return s.printFailures(list.Failures, byRule)
}

// printRetries prints what is still tried again, for people, and what to do about each.
func (s *session) printRetries(all []httpapi.Retry, byRule bool) error {
	if len(all) == 0 {
		return nil
	}
	if err := s.printf("%s\n", s.say("still being retried:")); err != nil {
		return err
	}
	t := s.newTable("LAST CAUSE", "RECEIVER", "SENDER", "RULE", "WHO ACTS", "WAITING", "PERISHABLE", "TRIED", "FIRST", "LAST", "NEXT TRY", "BREAKER", "LAST 8 HOURS", "EXAMPLE")
	for _, r := range all {
		breaker := s.word("closed")
		if r.Breaker.Open {
			breaker = s.word("open")
		}
		t.Row(r.Code, r.Receiver, r.Sender, s.rule(r.Rule, byRule), s.side(r.Side), strconv.Itoa(r.Waiting), strconv.Itoa(r.WaitingExpress), strconv.Itoa(r.Count),
			stamp(r.FirstAt), stamp(r.LastAt), stamp(r.NextTryAt), breaker, trend(r.Hours), r.Example)
	}
	if err := s.table(t); err != nil {
		return err
	}
	for _, r := range all {
		if err := s.printf("\n%s\n", s.say("%s at %s: %s", r.Code, r.Receiver, s.text(r.NextStep))); err != nil {
			return err
		}
	}
	return s.printf("\n%s\n", s.say("failed for good:"))
}

// printFailures prints causes for people, and what to do about each.
func (s *session) printFailures(all []httpapi.Failure, byRule bool) error {
	if len(all) == 0 {
		return s.printf("%s\n", s.say("nothing has failed"))
	}
	t := s.newTable("CAUSE", "RECEIVER", "SENDER", "RULE", "WHO ACTS", "COUNT", "PERISHABLE", "FIRST", "LAST", "LAST 8 HOURS", "EXAMPLE")
	for _, f := range all {
		t.Row(s.cause(f), f.Receiver, f.Sender, s.rule(f.Rule, byRule), s.side(f.Side), strconv.Itoa(f.Count), strconv.Itoa(f.Express),
			stamp(f.FirstAt), stamp(f.LastAt), trend(f.Hours), f.Example)
	}
	if err := s.table(t); err != nil {
		return err
	}
	for _, f := range all {
		if err := s.printf("\n%s\n", s.say("%s at %s: %s", s.cause(f), f.Receiver, s.text(f.NextStep))); err != nil {
			return err
		}
	}
	return nil
}

// rule returns the rule of what is counted by rule.
func (s *session) rule(code string, byRule bool) string {
	if code == "" && byRule {
		return s.word("no rule")
	}
	return code
}

// side returns who has to act.
func (s *session) side(who operator.Side) string {
	switch who {
	case operator.Receiver:
		return s.word("receiver")
	case operator.Sender:
		return s.word("sender")
	case operator.Ours:
		return s.word("this exchange")
	}
	return string(who)
}

func (s *session) cause(f httpapi.Failure) string {
	return cmp.Or(f.Code, s.say("handed over too often"))
}

// trend returns the counts of the hours, the oldest first.
func trend(hours []int) string {
	words := make([]string, 0, len(hours))
	for _, n := range hours {
		words = append(words, strconv.Itoa(n))
	}
	return strings.Join(words, " ")
}
