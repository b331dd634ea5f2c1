package telemetry

import (
	"context"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"beibu/exchange"
	"beibu/queue"
)

// An Index finds the exchange of a delivery.
type Index interface {
	// Exchange returns one exchange with its deliveries.
	Exchange(ctx context.Context, id uuid.UUID) (exchange.Exchange, error)
}

// Deliveries log one line for each step of an attempt to deliver, from its
// consignment to its end, wide enough that nobody has to look the exchange up.
// It says nothing that is in the document.
type Deliveries struct {
	log    *zap.Logger
	index  Index
	recent *cache
}

// NewDeliveries returns the log of deliveries. The index is asked only about
// exchanges that this process did not put before their receivers of late.
func NewDeliveries(log *zap.Logger, index Index) *Deliveries {
	return &Deliveries{log: log, index: index, recent: newCache(cacheSize)}
}

// consigned logs the first attempts that a dispatch begins with a batch. A batch
// that a crash undid is dispatched, and logged, again.
func (d *Deliveries) consigned(exchanges []exchange.Exchange, events []exchange.Event) {
	if !d.log.Core().Enabled(zap.InfoLevel) {
		return
	}
	all := make(map[uuid.UUID]summary, len(exchanges))
	for i := range exchanges {
		all[exchanges[i].ID] = summaryOf(exchanges[i])
	}
	for i := range events {
		t := all[events[i].Exchange]
		t.consigned = events[i].At
		d.recent.keep(events[i].Exchange, t)
		d.write(&events[i], t)
	}
}

// step logs a durable step of an exchange. Events of other subjects are logged by
// their cause, such as the request of an operator.
func (d *Deliveries) step(ctx context.Context, e *exchange.Event) {
	if e.Subject.Kind == queue.SubjectExchange && d.log.Core().Enabled(levelOf(e)) {
		d.write(e, d.summary(ctx, e))
	}
}

// summary finds the exchange of a step. What cannot be found is left out of
// the line.
func (d *Deliveries) summary(ctx context.Context, e *exchange.Event) summary {
	if t, ok := d.recent.of(e.Exchange); ok && e.Attempt == 1 {
		return t
	}
	x, err := d.index.Exchange(ctx, e.Exchange)
	if err != nil {
		return summary{}
	}
	t := summaryOf(x)
	for _, delivery := range x.Deliveries {
		if delivery.Receiver == e.Receiver && delivery.Attempt == e.Attempt {
			t.consigned = delivery.ConsignedAt
		}
	}
	return t
}

// levelOf returns the level at which a step is logged.
func levelOf(e *exchange.Event) zapcore.Level {
	if e.Name.Failed() {
		return zap.WarnLevel
	}
	return zap.InfoLevel
}

// write writes the line of one step. The cause is logged by its code alone: its
// reason is the receiver's own words.
func (d *Deliveries) write(e *exchange.Event, t summary) {
	if line := d.log.Check(levelOf(e), "delivery"); line != nil {
		line.Write(zap.Inline(&written{e, t}))
	}
}

// written is a step as the log has it. It writes itself, so that no list of fields is
// made for every step.
type written struct {
	*exchange.Event
	of summary
}

// MarshalLogObject is zapcore.ObjectMarshaler's.
func (w *written) MarshalLogObject(to zapcore.ObjectEncoder) error {
	to.AddString("exchange", w.Exchange.String())
	to.AddString("receiver", w.Receiver)
	to.AddString("state", string(w.Name))
	to.AddInt("attempt", w.Attempt)
	to.AddTime("at", w.At)
	to.AddString("cause", w.Cause.Code)
	to.AddString("actor", w.Cause.Actor)
	if w.of.kind != "" {
		to.AddString("kind", w.of.kind)
		to.AddString("sender", w.of.sender)
		to.AddInt("size", w.of.size)
	}
	if !w.of.consigned.IsZero() {
		to.AddDuration("seconds", max(0, w.At.Sub(w.of.consigned)))
	}
	return nil
}
