package courier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
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
	// Together is how many deliveries are carried at once; 0 means BatchCount.
	Together int
	// Within bounds how long a batch that was started may take; 0 means 20 s.
	Within time.Duration
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

// query returns the query for what is due: of each document number one delivery, so that a
// batch has no two of them. A receiver that acknowledges itself has at most one of a number
// that it has not closed.
func (r Receiver) query(limit int) exchange.DeliveryQuery {
	return exchange.DeliveryQuery{
		Receiver: r.Party, States: r.states(), InTurn: true, Unless: exchange.Out{HandedOver: r.Acknowledges}, Limit: limit,
	}
}

// A Courier carries deliveries. It is safe for concurrent use by different receivers.
type Courier struct {
	Journal  exchange.DeliveryJournal
	Bodies   queue.Bodies
	Recorder *exchange.Recorder
	Changed  func(receiver string) <-chan struct{} // closed when a delivery to the receiver opens
	Schedule Schedule
	GiveUp   time.Duration // positive: after it, a delivery that has not arrived is recorded as failed
	// BreakAfter is the number of failures in a row that opens the circuit breaker of a
	// receiver, and Breakers is what the record says of it before Run.
	BreakAfter int
	Breakers   Breakers
	// Personal returns what a document says about people, or false if its kind does not
	// say what that is. Without it no text of an answer is recorded.
	Personal func(Parcel) (values []string, known bool)
	Meter    Meter
	Log      *zap.Logger
}

// Breakers returns circuit breakers as an index has them.
type Breakers interface {
	// CircuitBreaker returns that of a receiver.
	CircuitBreaker(ctx context.Context, receiver string) (exchange.Breaker, error)
}

// Run carries what is open for a receiver until ctx ends. One caller at a time
// carries for one receiver; two would carry everything twice. The caller ends ctx
// when the receiver is suspended: Run finishes the batch that it has started, what
// is left waits, and the next Run continues in the same order.
func (c *Courier) Run(ctx context.Context, to Receiver) error {
	to.Together, to.Within = cmp.Or(to.Together, BatchCount), cmp.Or(to.Within, finishTime)
	r := &round{Courier: c, to: to, aside: make(map[uuid.UUID]aside)}
	c.Meter.Breaker(to.Party, false)
	defer c.Meter.Breaker(to.Party, false) // another node carries from now on
	for ctx.Err() == nil {
		opened := c.Changed(to.Party) // before the read, so that nothing is missed after it
		done, err := r.run(ctx, time.Now())
		switch {
		case ctx.Err() != nil:
		case err != nil:
			await(ctx, wake(r.notBefore, r.giveUp), nil)
		case done > 0:
		case r.notBefore.IsZero():
			await(ctx, r.asideDue, opened)
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
	refusals  int       // in a row, of the carrier; Courier.BreakAfter open the circuit breaker
	head      string    // the exchange id of the first delivery that was due
	notBefore time.Time // when the next try is, or zero
	giveUp    time.Time // when the first of the deliveries that are due is given up
	resumed   bool      // broken is what the record said when Run began
	broken    bool      // the circuit breaker is open in the record
	aside     map[uuid.UUID]aside
	asideDue  time.Time // when the first of those that were set aside is due, or zero
}

func (r *round) open() bool { return r.refusals >= r.BreakAfter }

// run carries a batch of what is due, and gives up what is overdue. It returns how
// many deliveries it is through with. If it fails, the next run begins with the same
// ones in the same order, at notBefore.
func (r *round) run(ctx context.Context, now time.Time) (done int, err error) {
	if !now.Before(r.notBefore) {
		r.notBefore = time.Time{}
	}
	done, carried, err := r.batch(ctx, now)
	if err != nil && carried == nil {
		r.postpone(now, err)
	}
	return done, errors.Join(carried, err)
}

// batch is one run. carried is why the carrier failed, and err why something else did.
func (r *round) batch(ctx context.Context, now time.Time) (done int, carried, err error) {
	if err := r.resume(ctx); err != nil {
		return 0, nil, err
	}
	limit := r.to.Together
	if r.open() {
		limit = 1
	}
	due, err := r.Journal.Deliveries(ctx, r.to.query(limit+len(r.aside)))
	if err != nil {
		return 0, nil, err
	}
	if len(due) < limit+len(r.aside) {
		r.forget(due)
	}
	parcels, events, err := r.sort(ctx, due, limit, now)
	if err != nil {
		return 0, nil, err
	}
	givenUp := len(events)
	if !r.notBefore.IsZero() {
		parcels = nil
	}
	if err := ctx.Err(); err != nil {
		return 0, nil, err
	}
	// What was started is finished even if ctx ends, as when the receiver is suspended:
	// once Run has returned, nothing is carried any more, and what was carried is on
	// record and is not carried again.
	ctx = context.WithoutCancel(ctx)
	outcomes, carried := r.carry(ctx, parcels, now)
	if carried != nil {
		r.postpone(now, carried)
	}
	delivered, failed := 0, 0
	for i, o := range outcomes {
		events = append(events, r.became(parcels[i], o, now)...)
		switch o.State { //nolint:exhaustive // an outcome has no others
		case exchange.ContentHandover, exchange.ConsignmentRejection:
			delivered++
		case exchange.ContentHandoverFailure:
			givenUp++
		case "":
			failed++
		}
	}
	if err := r.record(ctx, events, r.moved(outcomes, carried, now)); err != nil {
		return 0, carried, err
	}
	if delivered+givenUp > 0 {
		r.Meter.Carried(r.to.Party, delivered, givenUp)
	}
	if carried == nil && r.notBefore.IsZero() {
		r.failures = 0
	}
	return delivered + givenUp + failed, carried, nil
}

// record records the events of a batch, and that the circuit breaker has moved, if it
// has.
func (r *round) record(ctx context.Context, events []exchange.Event, moved *exchange.Event) error {
	if moved != nil {
		events = append(events, *moved)
	}
	recording, cancel := context.WithTimeout(ctx, finishTime)
	defer cancel()
	if err := r.Recorder.Record(recording, events...); err != nil || moved == nil {
		return err
	}
	r.broken = !r.broken
	r.Meter.Breaker(r.to.Party, r.broken)
	if r.broken {
		r.Log.Warn("receiver failed several times in a row: circuit breaker open, trying one delivery at a time",
			zap.String("receiver", r.to.Party), zap.String("cause", moved.Cause.Code), zap.Time("next", r.notBefore))
	} else {
		r.Log.Info("receiver takes deliveries again: circuit breaker closed", zap.String("receiver", r.to.Party))
	}
	return nil
}

// sort returns the parcels of what is due, as many as are carried together, and the
// events of what is given up: its time is over, or its envelope is not kept any more.
func (r *round) sort(ctx context.Context, due []exchange.Exchange, limit int, now time.Time) (parcels []Parcel, givenUp []exchange.Event, err error) {
	r.head, r.giveUp, r.asideDue = "", time.Time{}, time.Time{}
	size := 0
	for _, x := range due {
		d := x.Deliveries[0]
		end := d.DueSince.Add(r.GiveUp)
		if !now.Before(end) {
			givenUp = append(givenUp, d.Expired(r.GiveUp, now))
			continue
		}
		if r.waits(x, now) {
			continue
		}
		if size += x.Size; len(parcels) == limit || len(parcels) > 0 && size > batchBytes {
			break
		}
		if r.head == "" {
			r.head = x.ID.String()
		}
		if r.giveUp.IsZero() || end.Before(r.giveUp) {
			r.giveUp = end
		}
		sealed, err := r.Bodies.Body(ctx, x.EnvelopeFor(d.Receiver))
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

// carry carries parcels and moves the circuit breaker. While it is open, one that fails
// is not set aside: the receiver is in doubt, and not the parcel.
func (r *round) carry(ctx context.Context, parcels []Parcel, now time.Time) ([]Outcome, error) {
	if len(parcels) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.to.Within)
	defer cancel()
	outcomes, err := r.to.Carrier.Carry(ctx, parcels...)
	if len(outcomes) > len(parcels) {
		return nil, fmt.Errorf("carrier returned %d outcomes of %d parcels", len(outcomes), len(parcels))
	}
	for i, o := range outcomes {
		id := parcels[i].Exchange.ID
		switch {
		case o.Failure != nil:
			if r.refusals++; r.open() {
				err = errors.Join(err, o.Failure)
			} else if !r.setAside(parcels[i].Exchange, o.Failure, now) {
				err = errors.Join(err, o.Failure)
			}
		case o.State == exchange.ContentHandover, o.State == exchange.ConsignmentRejection && err == nil:
			delete(r.aside, id)
			r.refusals = 0
		}
	}
	if len(outcomes) == 0 && err == nil {
		return nil, errors.New("carrier returned no outcome and no error")
	}
	if err != nil && !r.open() {
		r.refusals++
	}
	return outcomes, err
}

// became returns the events of what became of a delivery. What the receiver refuses
// was handed over.
func (r *round) became(p Parcel, o Outcome, now time.Time) []exchange.Event {
	var events []exchange.Event
	d := p.Exchange.Deliveries[0]
	if o.Attempt != (exchange.Cause{}) && r.shows(o) {
		attempt := d.Event(exchange.HandoverAttempt, now)
		attempt.Cause, attempt.Dialogue = o.Attempt, r.dialogue(p, &o)
		if o.State == "" {
			attempt.Next = r.nextTry(p.Exchange.ID)
		}
		events = append(events, attempt)
	}
	if o.State == "" {
		return events
	}
	if o.State == exchange.ConsignmentRejection {
		events = append(events, d.Event(exchange.ContentHandover, now))
	}
	end := d.Event(o.State, now)
	end.Cause = o.Cause
	events = append(events, end)
	if o.State == exchange.ContentHandover && !r.to.Acknowledges {
		events = append(events, d.Event(exchange.ConsignmentAcceptance, now))
	}
	return events
}

// shows reports whether the timeline shows an attempt. If the waits double up to half a
// minute, an outage of a day has thousands, and those show that are the first, the second,
// the fourth and so on.
func (r *round) shows(o Outcome) bool {
	return o.State != "" || len(r.Schedule.Steps) > 0 || r.failures&(r.failures-1) == 0
}

// dialogue returns what the record keeps of an attempt that did not arrive, and masks the
// reason of a refusal, which is the receiver's own text, too.
func (r *round) dialogue(p Parcel, o *Outcome) *exchange.Dialogue {
	if o.Said == nil || o.State == exchange.ContentHandover {
		return nil
	}
	var values []string
	known := false
	if r.Personal != nil {
		values, known = r.Personal(p)
	}
	if m, complete := masksOf(values); o.State == exchange.ConsignmentRejection && known && complete {
		o.Cause.Reason = clip(m.text(o.Cause.Reason), exchange.MaxReason)
	}
	return o.Said.record(values, known)
}

// nextTry returns when a delivery that failed is tried again.
func (r *round) nextTry(id uuid.UUID) time.Time {
	if one, known := r.aside[id]; known && one.notBefore.After(r.notBefore) {
		return queue.Stored(one.notBefore)
	}
	return queue.Stored(r.notBefore)
}

// postpone schedules the next try.
func (r *round) postpone(now time.Time, err error) {
	r.failures++
	var said Error
	if e, ok := errors.AsType[*Error](err); ok {
		said = *e
	}
	r.notBefore = r.Schedule.Next(now, r.failures, r.to.Party+"/"+r.head, said.After)
	r.Meter.Failed(r.to.Party, said.Refused)
	level := zap.WarnLevel
	if r.open() {
		level = zap.DebugLevel // the circuit breaker says it
	}
	r.Log.Log(level, "deliveries failed, retrying", zap.String("receiver", r.to.Party), zap.Int("failures", r.failures),
		zap.Duration("wait", r.notBefore.Sub(now)), zap.Error(err))
}
