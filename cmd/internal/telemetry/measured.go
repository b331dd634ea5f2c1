package telemetry

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/queue"
)

// Admitter times an admitter by what the log decided.
func (m *Metrics) Admitter(next queue.Admitter) queue.Admitter {
	return &admitter{next: next, took: m.admits}
}

type admitter struct {
	next queue.Admitter
	took *prometheus.HistogramVec
}

// Admit is queue.Admitter's.
func (a *admitter) Admit(ctx context.Context, s queue.Submission) (queue.Entry, error) {
	started := time.Now()
	owner, err := a.next.Admit(ctx, s)
	a.took.WithLabelValues(decided(s, owner, err)).Observe(time.Since(started).Seconds())
	return owner, err
}

// Owned is queue.Admitter's. It decides nothing, and is not timed.
func (a *admitter) Owned(ctx context.Context, key string) (queue.Entry, error) {
	return a.next.Owned(ctx, key)
}

// decided names what became of a submission.
func decided(s queue.Submission, owner queue.Entry, err error) string {
	switch {
	case err != nil:
		return outcome(err)
	case owner.Token == s.Token:
		return "owned"
	case owner.Digest == s.Digest:
		return "duplicate"
	}
	return "conflict"
}

// outcome names how a call of the queue ended.
func outcome(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, queue.ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "unavailable"
	}
	return "error"
}

// Appender times an appender.
func (m *Metrics) Appender(next queue.Appender) queue.Appender {
	return &appender{next: next, took: m.appends}
}

type appender struct {
	next queue.Appender
	took *prometheus.HistogramVec
}

// Append is queue.Appender's.
func (a *appender) Append(ctx context.Context, events ...queue.Event) (sequence int64, err error) {
	started := time.Now()
	sequence, err = a.next.Append(ctx, events...)
	a.took.WithLabelValues(outcome(err)).Observe(time.Since(started).Seconds())
	return sequence, err
}

// Dispatcher times the batches of a dispatcher, and counts the entries that they
// hand on.
func (m *Metrics) Dispatcher(next queue.Dispatcher) queue.Dispatcher {
	return &dispatcher{next: next, metrics: m}
}

type dispatcher struct {
	next    queue.Dispatcher
	metrics *Metrics
}

// Dispatch is queue.Dispatcher's.
func (d *dispatcher) Dispatch(ctx context.Context, handle func(context.Context, []queue.Entry) ([]queue.Event, error)) error {
	return d.next.Dispatch(ctx, func(ctx context.Context, entries []queue.Entry) ([]queue.Event, error) {
		started := time.Now()
		events, err := handle(ctx, entries)
		d.metrics.batches.WithLabelValues(outcome(err)).Observe(time.Since(started).Seconds())
		if err == nil {
			d.metrics.dispatched.Add(float64(len(entries)))
		}
		return events, err
	})
}

// Observer returns an observer that counts the steps of deliveries and logs them.
func (m *Metrics) Observer(log *Deliveries) exchange.Observer { return &observer{metrics: m, log: log} }

type observer struct {
	metrics *Metrics
	log     *Deliveries
}

// Consigned is exchange.Observer's.
func (o *observer) Consigned(exchanges []exchange.Exchange, events []exchange.Event) {
	for i := range events {
		o.metrics.countStep(&events[i])
	}
	o.log.consigned(exchanges, events)
}

// Recorded is exchange.Observer's.
func (o *observer) Recorded(ctx context.Context, events []exchange.Event) {
	for i := range events {
		o.metrics.countStep(&events[i])
		o.log.step(ctx, &events[i])
	}
}

// countStep counts an event that concerns a receiver.
func (m *Metrics) countStep(e *exchange.Event) {
	if e.Receiver != "" {
		m.deliveries.WithLabelValues(stateLabel(e.Name)).Inc()
	}
}

// stateLabel keeps the label bounded, whatever an event is called.
func stateLabel(name exchange.State) string {
	if slices.Contains(exchange.States(), name) || name == exchange.HandoverAttempt {
		return string(name)
	}
	return "other"
}
