package mailbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// eventOf returns the event that an acknowledgement of a delivery makes.
func eventOf(a exchange.Ack, d exchange.Delivery, now time.Time) exchange.Event {
	name := exchange.ConsignmentRejection
	if a.Accepted {
		name = exchange.ConsignmentAcceptance
	}
	e := d.Event(name, now)
	e.Cause = exchange.Cause{Code: a.Code, Reason: a.Reason}
	return e
}

// Acknowledge records acknowledgements of a receiver, all or none, and ends the leases
// of the deliveries. Results are in the order of the acknowledgements; they are durable
// and in the index. The same acknowledgement again is safe and records nothing.
//
// It fails with an *exchange.Error. Nothing was recorded if its kind is Invalid (an
// acknowledgement is outside the limits), NotFound (the receiver has no such delivery)
// or Stale (the delivery has another final state). If its kind is Unavailable, the
// acknowledgements may be recorded or not.
func (m *Mailbox) Acknowledge(ctx context.Context, receiver string, acks []exchange.Ack) ([]exchange.AckResult, error) {
	if why := checkAll(acks); why != nil {
		return nil, refusal(exchange.Invalid, "acknowledgement", *why)
	}
	if len(acks) == 0 {
		return nil, nil
	}
	s := &acknowledgement{mailbox: m, receiver: receiver}
	if err := s.load(ctx, acks); err != nil {
		return nil, err
	}
	now := queue.Stored(time.Now()) // as the index will show it
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
	m.box(receiver).endLeases(s.events)
	return s.results, s.confirm(ctx, now)
}

func refusal(kind exchange.Kind, code string, why error) error {
	return &exchange.Error{Op: "acknowledge deliveries", Kind: kind, Code: code, Err: why}
}

func checkAll(acks []exchange.Ack) *exchange.Reason {
	if len(acks) > exchange.MaxAcks {
		why := exchange.Because("%d at once, and %d are the limit", "一次 %d 个，最多 %d 个", len(acks), exchange.MaxAcks)
		return &why
	}
	for i, a := range acks {
		if why := a.Check(); why != nil {
			return &exchange.Reason{EN: fmt.Sprintf("number %d: %s", i+1, why.EN), ZH: fmt.Sprintf("第 %d 个：%s", i+1, why.ZH)}
		}
	}
	return nil
}

// An acknowledgement is the work of one call of [Mailbox.Acknowledge].
type acknowledgement struct {
	mailbox  *Mailbox
	receiver string
	ids      []uuid.UUID
	known    map[uuid.UUID]*exchange.Delivery // as they will be after the call
	events   []exchange.Event
	results  []exchange.AckResult
}

// load reads the deliveries that are acknowledged. If one is unknown, it waits once for
// the index, since another node may have handed it over a moment ago.
func (s *acknowledgement) load(ctx context.Context, acks []exchange.Ack) error {
	for _, a := range acks {
		s.ids = append(s.ids, a.Exchange)
	}
	var err error
	s.known, err = s.read(ctx)
	unknown := func(id uuid.UUID) bool { return s.known[id] == nil }
	if err != nil || !slices.ContainsFunc(s.ids, unknown) {
		return err
	}
	if err := s.mailbox.recorder.Wait(ctx); err != nil {
		return err
	}
	s.known, err = s.read(ctx)
	return err
}

func (s *acknowledgement) read(ctx context.Context) (map[uuid.UUID]*exchange.Delivery, error) {
	found, err := s.mailbox.journal.DeliveriesOf(ctx, s.receiver, s.ids)
	if err != nil {
		return nil, err
	}
	known := make(map[uuid.UUID]*exchange.Delivery, len(found))
	for i := range found {
		known[found[i].Exchange] = &found[i]
	}
	return known, nil
}

// add adds the events of one acknowledgement, and its result.
func (s *acknowledgement) add(a exchange.Ack, now time.Time) error {
	d, ok := s.known[a.Exchange]
	if !ok {
		return refusal(exchange.NotFound, "", exchange.Because("there is no delivery of %s to %s", "没有交换 %s 发往 %s 的交付", a.Exchange, s.receiver))
	}
	e := eventOf(a, *d, now)
	if d.State == exchange.ContentConsignment { // never fetched: so the acknowledgement is its hand-over
		handed := e
		handed.Name, handed.Cause = exchange.ContentHandover, exchange.Cause{}
		d.Apply(handed)
		s.events = append(s.events, handed)
	}
	outcome := exchange.Repeated
	if d.State != e.Name {
		if !d.Apply(e) {
			return refusal(exchange.Stale, "delivery-settled", exchange.Because("the delivery of %s is in state %s", "交换 %s 的交付处于状态 %s", a.Exchange, d.State))
		}
		outcome = exchange.Recorded
		s.events = append(s.events, e)
	}
	s.results = append(s.results, exchange.AckResult{Exchange: a.Exchange, Outcome: outcome, State: d.State})
	return nil
}

// confirm reads again the deliveries that were recorded: another call, at this node or
// another, may have recorded another acknowledgement first.
func (s *acknowledgement) confirm(ctx context.Context, now time.Time) error {
	current, err := s.read(ctx)
	if err != nil {
		return err
	}
	for i := range s.results {
		r := &s.results[i]
		switch d := current[r.Exchange]; {
		case r.Outcome != exchange.Recorded || d == nil || d.ChangedAt.Equal(now):
		case d.State == s.known[r.Exchange].State:
			r.Outcome = exchange.Repeated
		default:
			r.Outcome, r.State = exchange.Overtaken, d.State
		}
	}
	return nil
}
