package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
)

// refuser refuses the carnet at first.
const refuser = "window-vn"

// receive lets every party fetch and acknowledge what is in its mailbox.
func (s *story) receive(ctx context.Context) error {
	return s.emptyAll(ctx, func(string) bool { return false }, s.answer)
}

// emptyAll empties the mailboxes of all parties but those that are absent.
func (s *story) emptyAll(ctx context.Context, absent func(party string) bool, answer func(party string, d httpapi.MailboxItem) httpapi.Ack) error {
	operator, err := s.as("operator")
	if err != nil {
		return err
	}
	if err := s.dispatched(ctx, operator); err != nil {
		return err
	}
	known, err := client.Get[httpapi.Parties](ctx, operator, "/v1/parties", nil)
	if err != nil {
		return err
	}
	for _, party := range known.Parties {
		if absent(party.ID) {
			continue
		}
		if err := s.empty(ctx, party.ID, answer); err != nil {
			return fmt.Errorf("%s: %w", party.ID, err)
		}
	}
	return nil
}

// dispatched returns once what was accepted is consigned to its receivers, which happens
// within milliseconds of the acceptance. Until then it may be in no list, so that it is
// asked for by its id.
func (s *story) dispatched(ctx context.Context, operator *client.Client) error {
	for ; len(s.undispatched) > 0; s.undispatched = s.undispatched[1:] {
		for state := exchange.SubmissionAcceptance; state == exchange.SubmissionAcceptance; {
			x, err := client.Get[httpapi.Exchange](ctx, operator, "/v1/exchanges/"+s.undispatched[0], nil)
			if err != nil {
				return err
			}
			state = x.State
		}
	}
	return nil
}

// empty fetches until a party's mailbox is empty, and answers each delivery.
func (s *story) empty(ctx context.Context, party string, answer func(party string, d httpapi.MailboxItem) httpapi.Ack) error {
	receiver, err := s.as(party)
	if err != nil {
		return err
	}
	for {
		mail, err := client.Get[httpapi.MailboxPage](ctx, receiver, "/v1/mailbox", url.Values{"lease": {"30s"}})
		if err != nil || len(mail.Deliveries) == 0 {
			return err
		}
		acks := httpapi.Acks{}
		for _, d := range mail.Deliveries {
			acks.Acks = append(acks.Acks, answer(party, d))
		}
		if _, err := client.Post[httpapi.AckResults](ctx, receiver, "/v1/mailbox/acks", acks); err != nil {
			return err
		}
	}
}

// answer acknowledges all but the carnet at the party that refuses it.
func (s *story) answer(party string, d httpapi.MailboxItem) httpapi.Ack {
	ack := httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: "accepted"}
	if party == refuser && d.ExchangeID == s.exchanges["ata-carnet"] && d.Attempt == 1 {
		ack = httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: "refused", Code: "HS-UNKNOWN", Reason: "heading not in the tariff"}
	}
	s.say("  %-22s %-9s %-27s %s, attempt %d", party, ack.Outcome, d.Kind, d.DocumentNumber, d.Attempt)
	return ack
}

// answerCertificates has receivers answer two certificates, and their senders read the
// answers at the exchanges.
func (s *story) answerCertificates(ctx context.Context) error {
	for _, a := range answering {
		if err := s.submit(ctx, a.sender, a.kind, a.sample); err != nil {
			return err
		}
	}
	if err := s.receive(ctx); err != nil {
		return err
	}
	for _, a := range answering {
		if err := s.readAnswer(ctx, a.answered); err != nil {
			return err
		}
	}
	return nil
}

// readAnswer has the sender of the document of a kind read what was answered to it.
func (s *story) readAnswer(ctx context.Context, kind string) error {
	sent := slices.IndexFunc(cast, func(c role) bool { return c.kind == kind })
	sender, err := s.as(cast[sent].sender)
	if err != nil {
		return err
	}
	x, err := client.Get[httpapi.Exchange](ctx, sender, "/v1/exchanges/"+s.exchanges[kind], nil)
	if err != nil {
		return err
	}
	if len(x.Answers) != 1 || len(x.Answers[0].Reasons) == 0 {
		return fmt.Errorf("the %s has %d answers", kind, len(x.Answers))
	}
	answer := x.Answers[0]
	s.say("  %s %s is answered by %s: %s (%s)", x.Kind, x.DocumentNumber, answer.Sender, answer.Verdict, answer.Reasons[0].Text)
	return nil
}

// replay plans, shows the plan, requests a run of it, has another person approve the
// run, and lets the receiver take what comes.
func (s *story) replay(ctx context.Context) error {
	operator, err := s.as("operator")
	if err != nil {
		return err
	}
	query := replay.Query{Receivers: []string{refuser}}
	plan, err := client.Post[httpapi.Plan](ctx, operator, "/v1/replays/plans", query)
	if err != nil {
		return err
	}
	if len(plan.Items) != 1 || plan.Items[0].Cause == nil {
		return fmt.Errorf("the plan has %d deliveries; the story has one refused", len(plan.Items))
	}
	item := plan.Items[0]
	s.say("  plan: %s %s to %s, refused with %s (%s)", item.Kind, item.DocumentNumber, item.Receiver, item.Cause.Code, item.Cause.Reason)
	run, err := client.Post[httpapi.Run](ctx, operator, "/v1/runs", httpapi.RunOrder{Query: query, Digest: plan.Digest, Reason: "the tariff was updated"})
	if err != nil {
		return err
	}
	s.say("  run: %s, since it crosses a border", run.Status)
	approver, err := s.as("approver")
	if err != nil {
		return err
	}
	approval := httpapi.Approval{Digest: run.Digest, Reason: "the tariff has the heading now"}
	if run, err = client.Post[httpapi.Run](ctx, approver, "/v1/runs/"+run.ID+"/approve", approval); err != nil {
		return err
	}
	return s.follow(ctx, operator, run)
}

// follow lets the receiver take what a run sends, until the run is finished.
func (s *story) follow(ctx context.Context, operator *client.Client, run httpapi.Run) (err error) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for run.Status == replay.Running {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := s.empty(ctx, refuser, s.answer); err != nil {
			return err
		}
		if run, err = client.Get[httpapi.Run](ctx, operator, "/v1/runs/"+run.ID, nil); err != nil {
			return err
		}
	}
	s.say("  run: %s, %d acknowledged", run.Status, run.Counts.Acknowledged)
	if run.Status != replay.Finished || run.Counts.Acknowledged != 1 {
		return errors.New("a delivery is still failed after the replay")
	}
	return nil
}

// fetch reads bytes at a path.
func fetch(ctx context.Context, c *client.Client, path string) ([]byte, error) {
	answer, err := c.Call(ctx, http.MethodGet, path, "", nil)
	return answer.Body, err
}
