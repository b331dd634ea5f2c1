package courier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
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
	s := &settlement{mailbox: m, receiver: receiver, box: m.box(receiver), known: make(map[uuid.UUID]*exchange.Delivery)}
	defer s.finish()
	now := time.Now()
	for _, a := range acks {
		if err := s.add(ctx, a, now); err != nil {
			return nil, err
		}
	}
	if err := m.recorder.Record(ctx, s.events...); err != nil {
		return nil, err
	}
	s.done = true
	return s.results, s.confirm(ctx)
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
	box      *box
	known    map[uuid.UUID]*exchange.Delivery // as they will be
	events   []exchange.Event
	results  []AckResult
	leased   []uuid.UUID // whose lease this call holds
	unsure   []int       // results that another call may have been faster to settle
	done     bool
}

// add finds out what one acknowledgement does.
func (s *settlement) add(ctx context.Context, a Ack, now time.Time) error {
	d, ok := s.known[a.Exchange]
	if !ok {
		var err error
		if d, err = s.mailbox.delivery(ctx, s.receiver, a.Exchange); err != nil {
			return err
		}
		s.known[a.Exchange] = d
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
	s.claim(a.Exchange, outcome)
	s.results = append(s.results, AckResult{Exchange: a.Exchange, Outcome: outcome, State: d.State})
	return nil
}

// delivery returns the delivery of an exchange to a receiver.
func (m *Mailbox) delivery(ctx context.Context, receiver string, id uuid.UUID) (*exchange.Delivery, error) {
	x, err := m.journal.Exchange(ctx, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(x.Deliveries, func(d exchange.Delivery) bool { return d.Receiver == receiver })
	if i < 0 {
		return nil, refusal(exchange.NotFound, "", fmt.Errorf("there is no delivery of %s to %s", id, receiver))
	}
	return &x.Deliveries[i], nil
}

// claim takes the lease in hand, or notes that what was recorded without one
// has to be confirmed.
func (s *settlement) claim(id uuid.UUID, outcome Outcome) {
	switch {
	case slices.Contains(s.leased, id): // settled twice in one call
	case s.box.settle(id):
		s.leased = append(s.leased, id)
	case outcome == Recorded:
		s.unsure = append(s.unsure, len(s.results))
	}
}

// confirm looks again at what another call may have settled first.
func (s *settlement) confirm(ctx context.Context) error {
	for _, i := range s.unsure {
		r := &s.results[i]
		d, err := s.mailbox.delivery(ctx, s.receiver, r.Exchange)
		if err != nil {
			return err
		}
		if d.State != r.State {
			r.Outcome, r.State = Overtaken, d.State
		}
	}
	return nil
}

// finish ends the leases of what was settled, or gives them back.
func (s *settlement) finish() { s.box.settled(s.leased, s.done) }
