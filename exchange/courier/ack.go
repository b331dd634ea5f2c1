package courier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// What an acknowledgement may hold.
const (
	MaxAcks   = 500   // in one call
	MaxCode   = 64    // bytes
	MaxReason = 1_000 // bytes
)

// An Ack is what a receiver says of one delivery: that it has and takes the
// document, or why it does not.
type Ack struct {
	Exchange uuid.UUID
	Accepted bool
	Code     string // the receiver's own; required where it refuses
	Reason   string // for people
}

// event returns what the acknowledgement does to a delivery.
func (a Ack) event(d exchange.Delivery, now time.Time) exchange.Event {
	name := exchange.ConsignmentRejection
	if a.Accepted {
		name = exchange.ConsignmentAcceptance
	}
	return exchange.Event{
		Exchange: a.Exchange, Receiver: d.Receiver, Name: name, Attempt: d.Attempt, At: now,
		Cause: exchange.Cause{Code: a.Code, Reason: a.Reason},
	}
}

func (a Ack) check() error {
	switch {
	case !a.Accepted && a.Code == "":
		return errors.New("a refusal has a code")
	case len(a.Code) > MaxCode:
		return fmt.Errorf("the code has %d bytes, and %d are the limit", len(a.Code), MaxCode)
	case len(a.Reason) > MaxReason:
		return fmt.Errorf("the reason has %d bytes, and %d are the limit", len(a.Reason), MaxReason)
	}
	return nil
}

// An Outcome says what became of an acknowledgement.
type Outcome string

// The outcomes.
const (
	Recorded  Outcome = "recorded"  // it is in the record now
	Repeated  Outcome = "repeated"  // it was so before: nothing was recorded
	Overtaken Outcome = "overtaken" // another call was faster, and State is what it said
)

// An AckResult is the answer to one Ack.
type AckResult struct {
	Exchange uuid.UUID
	Outcome  Outcome
	State    exchange.State // of the delivery, as it stands now
}

// Acknowledge records what a receiver says of deliveries, all or none, and ends
// their leases. Results stand in the order of the acknowledgements, and are
// durable and shown. Saying the same again is safe and records nothing. It
// fails with an *exchange.Error: of kind Invalid where an acknowledgement is
// outside the limits, NotFound where the receiver has no such delivery, Stale
// where the delivery came to another end that stands; then nothing was
// recorded. Of kind Unavailable where it is not known whether something was.
func (m *Mailbox) Acknowledge(ctx context.Context, receiver string, acks []Ack) ([]AckResult, error) {
	if err := checkAll(acks); err != nil {
		return nil, refusal(exchange.Invalid, "acknowledgement", err)
	}
	if len(acks) == 0 {
		return nil, nil
	}
	s := &settlement{mailbox: m, receiver: receiver}
	if err := s.look(ctx, acks); err != nil {
		return nil, err
	}
	now := queue.Stored(time.Now()) // as it will be shown
	for _, a := range acks {
		if err := s.add(a, now); err != nil {
			return nil, err
		}
	}
	if len(s.events) == 0 {
		return s.results, nil
	}
	if err := m.recorder.Record(ctx, s.events...); err != nil {
		return nil, err
	}
	m.box(receiver).settled(s.events)
	return s.results, s.confirm(ctx, now)
}

func refusal(kind exchange.Kind, code string, why error) error {
	return &exchange.Error{Op: "acknowledge deliveries", Kind: kind, Code: code, Err: why}
}

func checkAll(acks []Ack) error {
	if len(acks) > MaxAcks {
		return fmt.Errorf("%d at once, and %d are the limit", len(acks), MaxAcks)
	}
	for i, a := range acks {
		if err := a.check(); err != nil {
			return fmt.Errorf("number %d: %w", i+1, err)
		}
	}
	return nil
}

// A settlement is the work of one call.
type settlement struct {
	mailbox  *Mailbox
	receiver string
	ids      []uuid.UUID
	known    map[uuid.UUID]*exchange.Delivery // as they will be
	events   []exchange.Event
	results  []AckResult
}

// look reads the deliveries that are spoken of. One that another node handed
// over a moment ago is waited for once.
func (s *settlement) look(ctx context.Context, acks []Ack) error {
	for _, a := range acks {
		s.ids = append(s.ids, a.Exchange)
	}
	var err error
	s.known, err = s.read(ctx)
	unknown := func(id uuid.UUID) bool { return s.known[id] == nil }
	if err != nil || !slices.ContainsFunc(s.ids, unknown) {
		return err
	}
	if err := s.mailbox.recorder.Settle(ctx); err != nil {
		return err
	}
	s.known, err = s.read(ctx)
	return err
}

func (s *settlement) read(ctx context.Context) (map[uuid.UUID]*exchange.Delivery, error) {
	found, err := s.mailbox.journal.Deliveries(ctx, exchange.DeliveryQuery{Receiver: s.receiver, Exchanges: s.ids})
	if err != nil {
		return nil, err
	}
	known := make(map[uuid.UUID]*exchange.Delivery, len(found))
	for i := range found {
		known[found[i].ID] = &found[i].Deliveries[0]
	}
	return known, nil
}

// add finds out what one acknowledgement does.
func (s *settlement) add(a Ack, now time.Time) error {
	d, ok := s.known[a.Exchange]
	if !ok {
		return refusal(exchange.NotFound, "", fmt.Errorf("there is no delivery of %s to %s", a.Exchange, s.receiver))
	}
	e := a.event(*d, now)
	outcome := Repeated
	if d.State != e.Name {
		if !d.Apply(e) {
			return refusal(exchange.Stale, "delivery-settled", fmt.Errorf("the delivery of %s is in state %s", a.Exchange, d.State))
		}
		outcome = Recorded
		s.events = append(s.events, e)
	}
	s.results = append(s.results, AckResult{Exchange: a.Exchange, Outcome: outcome, State: d.State})
	return nil
}

// confirm looks again at what was recorded: another call, here or at another
// node, may have settled it first.
func (s *settlement) confirm(ctx context.Context, now time.Time) error {
	stands, err := s.read(ctx)
	if err != nil {
		return err
	}
	for i := range s.results {
		r := &s.results[i]
		switch d := stands[r.Exchange]; {
		case r.Outcome != Recorded || d == nil || d.ChangedAt.Equal(now):
		case d.State == s.known[r.Exchange].State:
			r.Outcome = Repeated
		default:
			r.Outcome, r.State = Overtaken, d.State
		}
	}
	return nil
}
