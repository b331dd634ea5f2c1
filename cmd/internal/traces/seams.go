package traces

import (
	"context"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	api "go.opentelemetry.io/otel/trace"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/courier"
	"beibu/exchange/trace"
	"beibu/queue"
)

// Attributes of spans. None is in a document but the kind, and the parties are
// organisations.
const (
	keyExchange = attribute.Key("beibu.exchange")
	keyKind     = attribute.Key("beibu.kind")
	keySender   = attribute.Key("beibu.sender")
	keyReceiver = attribute.Key("beibu.receiver")
	keyWay      = attribute.Key("beibu.way")
	keyState    = attribute.Key("beibu.state")
	keyAttempt  = attribute.Key("beibu.attempt")
	keyOutcome  = attribute.Key("beibu.outcome")
)

func of(x exchange.Exchange) []attribute.KeyValue {
	return []attribute.KeyValue{keyExchange.String(x.ID.String()), keyKind.String(x.Identity.Kind), keySender.String(x.Identity.Sender)}
}

// Admission returns what records submissions, or nil.
func (t *Tracer) Admission() admission.Tracer {
	if t == nil {
		return nil
	}
	return submissions{t}
}

type submissions struct{ *Tracer }

// Submission is admission.Tracer's. If the trace is not recorded, what the sender named
// as its parent stays the parent, so that the receivers continue the sender's trace.
func (t submissions) Submission(ctx context.Context, way exchange.Way, party string) (context.Context, func(exchange.Acceptance, error)) {
	ctx, span := t.spans.Start(below(ctx, trace.From(ctx)), "submit", api.WithSpanKind(api.SpanKindServer))
	if !span.IsRecording() {
		return ctx, func(exchange.Acceptance, error) {}
	}
	span.SetAttributes(keyWay.String(string(way)), keySender.String(party))
	return trace.With(ctx, parentOf(span)), func(a exchange.Acceptance, err error) {
		switch {
		case err != nil:
			span.SetAttributes(keyOutcome.String(exchange.KindOf(err).String()))
			span.SetStatus(codes.Error, "")
		case a.Duplicate:
			span.SetAttributes(keyOutcome.String("duplicate"))
		default:
			span.SetAttributes(keyOutcome.String("accepted"))
		}
		if err == nil {
			span.SetAttributes(of(a.Exchange)...)
		}
		span.End()
	}
}

// Admitter records how long the log takes to decide.
func (t *Tracer) Admitter(next queue.Admitter) queue.Admitter {
	if t == nil {
		return next
	}
	return &admitter{Admitter: next, tracer: t}
}

type admitter struct {
	queue.Admitter
	tracer *Tracer
}

// Admit is queue.Admitter's.
func (a *admitter) Admit(ctx context.Context, s queue.Submission) (queue.Entry, error) {
	if !api.SpanFromContext(ctx).IsRecording() {
		return a.Admitter.Admit(ctx, s)
	}
	began := time.Now()
	owner, err := a.Admitter.Admit(ctx, s)
	a.tracer.record(ctx, step{name: "admit", kind: api.SpanKindProducer, from: began, to: time.Now(), failed: err != nil})
	return owner, err
}

// An Index finds the exchange of a delivery.
type Index interface {
	// Current returns one exchange with its deliveries.
	Current(ctx context.Context, id uuid.UUID) (exchange.Exchange, error)
}

// Observer records what is dispatched, and the ends of deliveries.
func (t *Tracer) Observer(next exchange.Observer, index Index) exchange.Observer {
	if t == nil {
		return next
	}
	return &observer{Observer: next, tracer: t, index: index}
}

type observer struct {
	exchange.Observer
	tracer *Tracer
	index  Index
}

// Consigned is exchange.Observer's.
func (o *observer) Consigned(exchanges []exchange.Exchange, events []exchange.Event) {
	o.Observer.Consigned(exchanges, events)
	now := time.Now()
	for _, x := range exchanges {
		if x.Trace.IsZero() {
			continue
		}
		o.tracer.record(below(context.Background(), x.Trace), step{
			name: "dispatch", kind: api.SpanKindConsumer, from: x.AcceptedAt, to: now, said: append(of(x), keyState.String(string(x.State))),
		})
	}
}

// Recorded is exchange.Observer's.
func (o *observer) Recorded(ctx context.Context, events []exchange.Event) {
	o.Observer.Recorded(ctx, events)
	for _, e := range events {
		if e.Subject.Kind == queue.SubjectExchange && (e.Name == exchange.ConsignmentAcceptance || e.Name.Failed()) {
			o.delivered(ctx, e)
		}
	}
}

// delivered records an attempt to deliver that is over. The span of the first has the id
// that the receiver is given as its parent; those of replays are below it.
func (o *observer) delivered(ctx context.Context, e exchange.Event) {
	x, err := o.index.Current(ctx, e.Exchange)
	if err != nil || x.Trace.IsZero() {
		return // what the index cannot answer is in the record all the same
	}
	began := e.At
	for _, d := range x.Deliveries {
		if d.Receiver == e.Receiver && d.Attempt == e.Attempt {
			began = d.ConsignedAt
		}
	}
	first := x.Trace.Delivery(x.ID, e.Receiver)
	ctx = below(ctx, first)
	if e.Attempt == 1 {
		ctx = context.WithValue(below(ctx, x.Trace), spanKey{}, api.SpanID(first.Span))
	}
	o.tracer.record(ctx, step{
		name: "deliver", kind: api.SpanKindProducer, from: began, to: e.At, failed: e.Name.Failed(),
		said: append(of(x), keyReceiver.String(e.Receiver), keyAttempt.Int(e.Attempt), keyState.String(string(e.Name))),
	})
}

// Receiver records the tries to carry to a receiver.
func (t *Tracer) Receiver(to courier.Receiver) courier.Receiver {
	if t != nil {
		to.Carrier = &carrier{next: to.Carrier, tracer: t}
	}
	return to
}

type carrier struct {
	next   courier.Carrier
	tracer *Tracer
}

// Carry is courier.Carrier's.
func (c *carrier) Carry(ctx context.Context, parcels ...courier.Parcel) ([]courier.Outcome, error) {
	began := time.Now()
	outcomes, err := c.next.Carry(ctx, parcels...)
	ended := time.Now()
	if err != nil && len(outcomes) == 0 {
		outcomes = make([]courier.Outcome, len(parcels)) // all failed
		c.record(ctx, parcels, outcomes, began, ended, true)
		return nil, err
	}
	c.record(ctx, parcels, outcomes, began, ended, err != nil)
	return outcomes, err
}

// record records the tries of a batch. A parcel without an outcome was not carried,
// unless the whole failed.
func (c *carrier) record(ctx context.Context, parcels []courier.Parcel, outcomes []courier.Outcome, began, ended time.Time, failed bool) {
	for i, o := range outcomes {
		x := parcels[i].Exchange
		if x.Trace.IsZero() || o == (courier.Outcome{}) && !failed {
			continue
		}
		c.tracer.record(below(ctx, parcels[i].Traceparent()), step{
			name: "hand over", kind: api.SpanKindClient, from: began, to: ended, failed: o.State != exchange.ContentHandover,
			said: append(of(x), keyReceiver.String(x.Deliveries[0].Receiver), keyAttempt.Int(x.Deliveries[0].Attempt), keyState.String(string(o.State))),
		})
	}
}
