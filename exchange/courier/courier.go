package courier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/queue"
)

// What is carried at once: few enough bytes for a topic with the smallest usual bound
// on a message (1 MB), to which a batch counts as one.
const (
	BatchCount = 64
	batchBytes = 512 << 10 // of documents; envelopes are half as large again
)

// finishTime bounds how long a batch that was started may take.
const finishTime = 20 * time.Second

// A Receiver is one party to which deliveries are carried.
type Receiver struct {
	Party        string
	Carrier      Carrier
	Acknowledges bool // itself; otherwise a delivery that has arrived is acknowledged
}

// states returns the states in which a delivery is carried. What was handed over by
// another way before, and never acknowledged, is carried too, unless the receiver may
// be about to acknowledge it.
func (r Receiver) states() []exchange.State {
	if r.Acknowledges {
		return []exchange.State{exchange.ContentConsignment}
	}
	return []exchange.State{exchange.ContentConsignment, exchange.ContentHandover}
}

// A Courier carries deliveries. It is safe for concurrent use by different receivers.
type Courier struct {
	Journal  exchange.DeliveryJournal
	Bodies   queue.Bodies
	Recorder *exchange.Recorder
	Changed  func(receiver string) <-chan struct{} // closed when a delivery to the receiver opens
	Schedule Schedule
	GiveUp   time.Duration // positive: after it, a delivery that has not arrived is recorded as failed
	Meter    Meter
	Log      *zap.Logger
}

// Run carries what is open for a receiver until ctx ends. One caller at a time
// carries for one receiver; two would carry everything twice. The caller ends ctx
// when the receiver is suspended: Run finishes the batch that it has started, what
// is left waits, and the next Run continues in the same order.
func (c *Courier) Run(ctx context.Context, to Receiver) error {
	r := &round{Courier: c, to: to}
	c.Meter.Breaker(to.Party, false)
	defer c.Meter.Breaker(to.Party, false) // another node carries from now on
	for ctx.Err() == nil {
		opened := c.Changed(to.Party) // before the read, so that nothing is missed after it
		done, err := r.run(ctx, time.Now())
		switch {
		case ctx.Err() != nil:
		case err != nil:
			await(ctx, r.failed(time.Now(), err), nil)
		case done > 0:
		case r.notBefore.IsZero():
			await(ctx, time.Time{}, opened)
		default: // the receiver is left alone until then
			await(ctx, wake(r.notBefore, r.giveUp), nil)
		}
	}
	return nil
}

// await waits until a time, if it is not zero, or until opened is closed or ctx ends.
func await(ctx context.Context, until time.Time, opened <-chan struct{}) {
	var due <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-opened:
	case <-ctx.Done():
	}
}

// A round is the work for one receiver, again and again.
type round struct {
	*Courier
	to        Receiver
	failures  int       // in a row, of whatever kind
	refusals  int       // in a row, of the carrier; BreakAfter open the circuit breaker
	head      string    // the exchange id of the first delivery that was due
	notBefore time.Time // when the next try is, or zero
	giveUp    time.Time // when the first of the deliveries that are due is given up
}

func (r *round) open() bool { return r.refusals >= BreakAfter }

// run carries a batch of what is due, and gives up what is overdue. It returns how
// many deliveries it is through with. If it fails, the next run begins with the same
// ones in the same order.
func (r *round) run(ctx context.Context, now time.Time) (done int, err error) {
	if !now.Before(r.notBefore) {
		r.notBefore = time.Time{}
	}
	limit := BatchCount
	if r.open() {
		limit = 1
	}
	due, err := r.Journal.Deliveries(ctx, exchange.DeliveryQuery{Receiver: r.to.Party, States: r.to.states(), Limit: limit})
	if err != nil {
		return 0, err
	}
	parcels, events, err := r.sort(ctx, portion(due), now)
	if err != nil {
		return 0, err
	}
	givenUp := len(events)
	if !r.notBefore.IsZero() {
		parcels = nil
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	// What was started is finished even if ctx ends, as when the receiver is suspended:
	// once Run has returned, nothing is carried any more, and what was carried is on
	// record and is not carried again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	carried := r.carry(ctx, parcels)
	if carried == nil {
		for _, p := range parcels {
			events = append(events, r.arrived(p.Exchange.Deliveries[0], now)...)
		}
	} else {
		parcels = nil
	}
	if err := r.Recorder.Record(ctx, events...); err != nil {
		return 0, errors.Join(carried, err)
	}
	if len(events) > 0 {
		r.Meter.Carried(r.to.Party, len(parcels), givenUp)
	}
	if carried == nil && r.notBefore.IsZero() {
		r.failures = 0
	}
	return len(parcels) + givenUp, carried
}

// portion returns as many of the exchanges as are carried together.
func portion(all []exchange.Exchange) []exchange.Exchange {
	size := 0
	for i, x := range all {
		if size += x.Size; i > 0 && size > batchBytes {
			return all[:i]
		}
	}
	return all
}

// sort returns the parcels of what is due, and the events of what is given up: its
// time is over, or its envelope is not kept any more.
func (r *round) sort(ctx context.Context, due []exchange.Exchange, now time.Time) (parcels []Parcel, givenUp []exchange.Event, err error) {
	r.head, r.giveUp = "", time.Time{}
	for i, x := range due {
		d := x.Deliveries[0]
		if i == 0 {
			r.head = x.ID.String()
		}
		end := d.ChangedAt.Add(r.GiveUp)
		if !now.Before(end) {
			givenUp = append(givenUp, d.Expired(r.GiveUp, now))
			continue
		}
		if r.giveUp.IsZero() || end.Before(r.giveUp) {
			r.giveUp = end
		}
		sealed, err := r.Bodies.Body(ctx, x.Body)
		if errors.Is(err, queue.ErrNotFound) {
			gone := d.Event(exchange.ContentHandoverFailure, now)
			gone.Cause = exchange.Cause{Code: exchange.CodeNotKept, Reason: "the envelope is not kept any more"}
			givenUp = append(givenUp, gone)
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read envelope of %s: %w", x.ID, err)
		}
		parcels = append(parcels, Parcel{Exchange: x, Envelope: sealed})
	}
	return parcels, givenUp, nil
}

// carry carries parcels and moves the circuit breaker.
func (r *round) carry(ctx context.Context, parcels []Parcel) error {
	if len(parcels) == 0 {
		return nil
	}
	if err := r.to.Carrier.Carry(ctx, parcels...); err != nil {
		r.refusals++
		return err
	}
	if r.open() {
		r.Meter.Breaker(r.to.Party, false)
		r.Log.Info("receiver takes deliveries again: circuit breaker closed", zap.String("receiver", r.to.Party))
	}
	r.refusals = 0
	return nil
}

// arrived returns what happened to a delivery that has arrived.
func (r *round) arrived(d exchange.Delivery, now time.Time) []exchange.Event {
	events := []exchange.Event{d.Event(exchange.ContentHandover, now)}
	if !r.to.Acknowledges {
		events = append(events, d.Event(exchange.ConsignmentAcceptance, now))
	}
	return events
}

// failed schedules the next try and returns when the loop continues.
func (r *round) failed(now time.Time, err error) time.Time {
	r.failures++
	var said Error
	if e, ok := errors.AsType[*Error](err); ok {
		said = *e
	}
	r.notBefore = r.Schedule.Next(now, r.failures, r.to.Party+"/"+r.head, said.After)
	r.Meter.Failed(r.to.Party, said.Refused)
	level, message := zap.WarnLevel, "deliveries failed, retrying"
	switch {
	case r.refusals == BreakAfter:
		r.Meter.Breaker(r.to.Party, true)
		message = "receiver failed several times in a row: circuit breaker open, trying one delivery at a time"
	case r.open():
		level = zap.DebugLevel // it has been said
	}
	r.Log.Log(level, message, zap.String("receiver", r.to.Party), zap.Int("failures", r.failures),
		zap.Duration("wait", r.notBefore.Sub(now)), zap.Error(err))
	return wake(r.notBefore, r.giveUp)
}
