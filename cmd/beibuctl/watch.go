package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// watchCommand prints what changes.
type watchCommand struct {
	ID       exchangeID    `complete:"exchanges" arg:"" optional:"" help:"Exchange id; without it, all that is accepted from now on, until interrupted."`
	Interval time.Duration `default:"2s" help:"How often to look (${default})."`
}

// Validate keeps the daemon from being asked without a pause.
func (c *watchCommand) Validate() error {
	if c.Interval < 100*time.Millisecond {
		return errors.New("--interval is at least 100ms")
	}
	return nil
}

// A change is one step of an exchange, as it is printed.
type change struct {
	ExchangeID     string `json:"exchangeId"`
	Kind           string `json:"kind"`
	DocumentNumber string `json:"documentNumber"`
	httpapi.Event
}

// Run looks again and again. It ends with faults if the one exchange that
// it watches was refused or given up.
func (c *watchCommand) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	w := &watch{session: s, client: caller, since: time.Now(), seen: make(map[string]int), shown: make(map[string]string)}
	look := w.all
	if c.ID != "" {
		look = func(ctx context.Context) (bool, error) { return w.one(ctx, c.ID) }
	}
	ticker := time.NewTicker(c.Interval)
	defer ticker.Stop()
	for {
		end, err := look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil // a person has seen enough
		case err != nil || end:
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// A watch knows how much of each timeline was printed.
type watch struct {
	session *session
	client  *client.Client
	since   time.Time
	seen    map[string]int    // events printed, by exchange id
	shown   map[string]string // how the list showed it last
}

// one prints what is new of one exchange, and reports whether it has come to its
// end.
func (w *watch) one(ctx context.Context, id exchangeID) (end bool, err error) {
	x, err := client.Get[httpapi.Exchange](ctx, w.client, id.path(""), nil)
	if err != nil {
		return false, err
	}
	if err := w.print(x); err != nil {
		return false, err
	}
	switch x.State {
	case exchange.ConsignmentAcceptance:
		return true, nil
	case exchange.SubmissionRejection:
		return true, errFaults
	case exchange.SubmissionAcceptance, exchange.SubmissionHeld:
		return x.SameAs != "", nil
	case exchange.ContentConsignment, exchange.ContentHandover, exchange.ConsignmentRejection, exchange.ContentHandoverFailure:
	case exchange.HandoverAttempt, exchange.PartySuspended, exchange.PartyResumed, exchange.PartyTested, exchange.BreakerOpened, exchange.BreakerClosed, exchange.BreakGlassUsed, exchange.PersonalDataRead, exchange.RefusalsExamined, exchange.SignedIn, exchange.SignedOut, exchange.SignedOutByIssuer: // no state of an exchange
	}
	if slices.ContainsFunc(x.Deliveries, func(d httpapi.Delivery) bool { return d.State.Open() }) {
		return false, nil
	}
	return true, errFaults
}

// all prints what is new of every exchange accepted since the watch began. It
// asks for the timelines of those alone that the list shows to have moved.
func (w *watch) all(ctx context.Context) (end bool, err error) {
	query := url.Values{}
	put(query, "since", w.since)
	var moved []exchangeID
	err = w.client.Exchanges(ctx, query, 0, func(x httpapi.Exchange) error {
		if now := progressOf(x); w.shown[x.ExchangeID] != now {
			w.shown[x.ExchangeID] = now
			moved = append(moved, exchangeID(x.ExchangeID))
		}
		return nil
	})
	for _, id := range slices.Backward(moved) { // oldest first
		if err != nil {
			break
		}
		if _, err = w.one(ctx, id); errors.Is(err, errFaults) {
			err = nil
		}
	}
	return false, err
}

// progressOf says how far an exchange and its deliveries have come.
func progressOf(x httpapi.Exchange) string {
	var all strings.Builder
	all.WriteString(string(x.State))
	for _, d := range x.Deliveries {
		fmt.Fprintf(&all, " %s %d %s", d.Receiver, d.Attempt, d.State)
	}
	return all.String()
}

// print prints the part of a timeline that was not printed yet.
func (w *watch) print(x httpapi.Exchange) error {
	from := min(w.seen[x.ExchangeID], len(x.Timeline))
	w.seen[x.ExchangeID] = len(x.Timeline)
	for _, e := range x.Timeline[from:] {
		if w.session.asJSON() {
			if err := w.session.json(change{x.ExchangeID, x.Kind, x.DocumentNumber, e}); err != nil {
				return err
			}
			continue
		}
		where := e.Receiver
		if e.Attempt > 1 {
			where += ", " + w.session.say("attempt %d", e.Attempt)
		}
		line := terminal.Cleanf("%s  %s  %s %s  %s  %s %s", stamp(e.At), x.ExchangeID, x.Kind, x.DocumentNumber, e.Name, where, w.session.because(e.Cause))
		if err := w.session.printf("%s\n", line); err != nil {
			return err
		}
	}
	return nil
}
