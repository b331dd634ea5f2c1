package telemetry

import (
	"context"
	"errors"
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
	begun := time.Now()
	owner, err := a.next.Admit(ctx, s)
	a.took.WithLabelValues(decided(s, owner, err)).Observe(time.Since(begun).Seconds())
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

// Appender times an appender, counts the steps of deliveries, and logs each
// that a receiver, a person or the clock took.
func (m *Metrics) Appender(next queue.Appender, log *Deliveries) queue.Appender {
	return &appender{next: next, metrics: m, log: log}
}

type appender struct {
	next    queue.Appender
	metrics *Metrics
	log     *Deliveries
}

// Append is queue.Appender's.
func (a *appender) Append(ctx context.Context, events ...queue.Event) (told int64, err error) {
	begun := time.Now()
	told, err = a.next.Append(ctx, events...)
	a.metrics.appends.WithLabelValues(outcome(err)).Observe(time.Since(begun).Seconds())
	if err != nil {
		return 0, err
	}
	for i := range events {
		a.metrics.countStep(&events[i])
		a.log.step(ctx, &events[i])
	}
	return told, nil
}

// countStep counts an event that concerns a receiver.
func (m *Metrics) countStep(e *queue.Event) {
	if e.Receiver != "" {
		m.deliveries.WithLabelValues(stateLabel(e.Name)).Inc()
	}
}

// stateLabel keeps the label bounded whatever an event is called.
func stateLabel(name string) string {
	for _, state := range exchange.States() {
		if string(state) == name {
			return name
		}
	}
	return "other"
}

// Dispatcher times the batches of a dispatcher, counts what they hand on, and
// logs the attempts that they begin.
func (m *Metrics) Dispatcher(next queue.Dispatcher, log *Deliveries) queue.Dispatcher {
	return &dispatcher{next: next, metrics: m, log: log}
}

type dispatcher struct {
	next    queue.Dispatcher
	metrics *Metrics
	log     *Deliveries
}

// Dispatch is queue.Dispatcher's.
func (d *dispatcher) Dispatch(ctx context.Context, handle func(context.Context, []queue.Entry) ([]queue.Event, error)) error {
	return d.next.Dispatch(ctx, func(ctx context.Context, entries []queue.Entry) ([]queue.Event, error) {
		begun := time.Now()
		events, err := handle(ctx, entries)
		d.metrics.batches.WithLabelValues(outcome(err)).Observe(time.Since(begun).Seconds())
		if err != nil {
			return nil, err
		}
		d.metrics.dispatched.Add(float64(len(entries)))
		for i := range events {
			d.metrics.countStep(&events[i])
		}
		d.log.consigned(entries, events)
		return events, nil
	})
}
