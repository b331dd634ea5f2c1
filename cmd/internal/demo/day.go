package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
	"beibu/testdata"
)

// The day of traffic that the demo leaves behind.
const (
	dayRounds = 12    // in each, every sender of the cast submits one document
	mostKept  = 2_000 // that are sent afterwards, so that a forgotten demo ends by itself
)

// A habit is what a receiver does with documents of a kind: it refuses one in so many
// with a code, or, if that is 0, it does not fetch at all.
type habit struct {
	receiver, kind string
	oneIn          int
	code, reason   string
}

// habits are the receivers that do not simply acknowledge. The first is a schema that
// was changed over night: all certificates fail for one cause.
var habits = []habit{
	{"window-vn", "certificate-of-origin", 1, "SCHEMA-2026-12", "element OriginCriterion is not expected since the new schema"},
	{"window-vn", "ata-carnet", 3, "HS-UNKNOWN", "heading not in the tariff"},
	{"window-my", "health-certificate", 0, "", ""},
}

// broken are documents that their senders send again and again, and that are refused.
var broken = []struct{ sender, kind, sample string }{
	{"qinzhou-customs", "ata-carnet", "ata-01-thirteen-months"},
	{"qinzhou-customs", "ata-carnet", "ata-13-pieces-do-not-add-up"},
	{"beihai-customs", "ata-carnet", "ata-11-number-two-twice"},
}

// A day is simulated traffic.
type day struct {
	*story
	sent    int
	refused int
	carnets []string        // numbers of those that were sent
	seen    map[string]int  // deliveries, by receiver and kind
	theirs  map[string]bool // kinds that go to the receiver that the person plays
}

// simulate sends a day's documents, has their receivers fetch most of them, and requests
// a run that waits for its approval, so that a person finds something of everything.
func (s *story) simulate(ctx context.Context) (*day, error) {
	d := &day{story: s, seen: make(map[string]int), theirs: make(map[string]bool)}
	for range dayRounds {
		for _, c := range cast {
			if err := d.send(ctx, c.sender, c.kind, c.sample); err != nil {
				return nil, err
			}
		}
	}
	for _, b := range broken {
		if err := d.sendBroken(ctx, b.sender, b.kind, b.sample); err != nil {
			return nil, err
		}
	}
	if err := d.receive(ctx); err != nil {
		return nil, err
	}
	if err := d.answerAll(ctx); err != nil {
		return nil, err
	}
	s.say("  %d documents accepted and %d refused; what the receivers refused, and what one of them does not fetch, is left", d.sent, d.refused)
	return d, d.request(ctx)
}

// send submits a document of a kind that is valid today and has a number of its own.
func (d *day) send(ctx context.Context, sender, kind, sample string) error {
	caller, err := d.as(sender)
	if err != nil {
		return err
	}
	answer, err := caller.Call(ctx, http.MethodGet, "/v1/kinds/"+kind+"/sample?"+url.Values{"name": {sample}}.Encode(), "", nil)
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	accepted, err := caller.Submit(ctx, answer.Body)
	if err != nil {
		return fmt.Errorf("%s by %s: %w", kind, sender, err)
	}
	d.sent++
	d.undispatched = append(d.undispatched, accepted.ExchangeID)
	if kind == "ata-carnet" {
		d.carnets = append(d.carnets, accepted.DocumentNumber)
	}
	d.theirs[kind] = d.theirs[kind] || slices.Contains(accepted.Receivers, player)
	return nil
}

// answerAll has a receiver answer the carnets of the day. It rejects one in three.
func (d *day) answerAll(ctx context.Context) error {
	window := answering[0]
	sample, err := testdata.Find(window.kind, window.sample)
	if err != nil {
		return err
	}
	caller, err := d.as(window.sender)
	if err != nil {
		return err
	}
	for i, number := range d.carnets {
		code, reason := "AP", "The goods were admitted."
		if i%3 == 0 {
			code, reason = "RE", "The holder is not established in the country of export."
		}
		document := strings.NewReplacer(
			"VNSW-R-2026-5590244", fmt.Sprintf("VNSW-R-2026-%07d", i), "E264507A12340086", number, ">861<", ">955<", ">AP<", ">"+code+"<",
			"The certificate of origin was accepted for preferential treatment.", reason,
		).Replace(string(sample.Bytes))
		accepted, err := caller.Submit(ctx, []byte(document))
		if err != nil {
			return fmt.Errorf("answer to %s: %w", number, err)
		}
		d.sent++
		d.undispatched = append(d.undispatched, accepted.ExchangeID)
	}
	return d.receive(ctx)
}

// sendBroken submits a document that is refused.
func (d *day) sendBroken(ctx context.Context, sender, kind, name string) error {
	caller, err := d.as(sender)
	if err != nil {
		return err
	}
	sample, err := testdata.Find(kind, name)
	if err != nil {
		return err
	}
	if _, err := caller.Submit(ctx, sample.Bytes); client.ProblemOf(err) == nil {
		return fmt.Errorf("%s by %s was answered %w", name, sender, err)
	}
	d.refused++
	return nil
}

// receive has the parties fetch what is in their mailboxes and answer by their habits.
func (d *day) receive(ctx context.Context) error { return d.emptyAll(ctx, absent, d.answer) }

// receiveOthers is receive without the receiver that the person plays.
func (d *day) receiveOthers(ctx context.Context) error {
	return d.emptyAll(ctx, func(party string) bool { return party == player || absent(party) }, d.answer)
}

// absent reports whether a receiver does not fetch.
func absent(party string) bool {
	for _, h := range habits {
		if h.receiver == party && h.oneIn == 0 {
			return true
		}
	}
	return false
}

// answer is what a receiver says of a delivery.
func (d *day) answer(party string, m httpapi.MailboxItem) httpapi.Ack {
	for _, h := range habits {
		if h.receiver != party || h.kind != m.Kind {
			continue
		}
		key := party + " " + m.Kind
		d.seen[key]++
		if d.seen[key]%h.oneIn == 0 {
			return httpapi.Ack{ExchangeID: m.ExchangeID, Outcome: "refused", Code: h.code, Reason: h.reason}
		}
	}
	return httpapi.Ack{ExchangeID: m.ExchangeID, Outcome: "accepted"}
}

// request requests a run of what one receiver refused, which another person approves.
func (d *day) request(ctx context.Context) error {
	operator, err := d.as("operator")
	if err != nil {
		return err
	}
	query := replay.Query{Receivers: []string{habits[1].receiver}, Cause: habits[1].code}
	plan, err := client.Post[httpapi.Plan](ctx, operator, "/v1/replays/plans", query)
	if err != nil {
		return err
	}
	if plan.Eligible == 0 {
		return errors.New("nothing failed that could be replayed")
	}
	_, err = client.Post[httpapi.Run](ctx, operator, "/v1/runs", httpapi.RunOrder{Query: query, Digest: plan.Digest, Reason: "the tariff has the heading since this morning"})
	return err
}

// keepSending sends and fetches a document now and then, so that a page that is open shows it,
// until ctx ends. It leaves the mailbox of the receiver that the person plays alone.
func (d *day) keepSending(ctx context.Context, every time.Duration) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for n := range mostKept {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		c := cast[n%len(cast)]
		if d.theirs[c.kind] {
			continue
		}
		if err := d.send(ctx, c.sender, c.kind, c.sample); err != nil {
			return ended(ctx, err)
		}
		if err := d.receiveOthers(ctx); err != nil {
			return ended(ctx, err)
		}
	}
	<-ctx.Done()
	return nil
}

// ended returns an error unless it came since ctx ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
