package replay

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
	"beibu/signing"
)

// A Leader executes runs. Whatever it knows is in the record, so another leader
// continues after any of its calls, and two at once do no harm. Its methods are called
// by one goroutine at a time.
type Leader struct {
	Index     Index
	Recorder  *exchange.Recorder
	Changed   func() <-chan struct{} // returns a channel that is closed when a run or an item changes
	Exchanges Exchanges              // those of runs as routed now
	Router    func() Readdresser     // returns one by the configuration in force, for such runs
	Observe   func(Event)            // receives the events of runs that the leader has recorded, for logs; or nil

	paced map[string]time.Time // by run: when it started its last page
}

// Exchanges are looked up by their ids: an [exchange.Journal].
type Exchanges interface {
	Current(ctx context.Context, id uuid.UUID) (exchange.Exchange, error)
}

// pace is the time between two pages of a run: one page is what the rate permits in it.
const pace = time.Second

// calm is the least time between two passes: each acknowledgement is a change.
const calm = 100 * time.Millisecond

// idle is how often a leader checks whether a run that waits has lapsed.
const idle = time.Minute

// Lead executes runs until ctx ends, which is no error. Each failed pass is given to
// failed, and repeated.
func (l *Leader) Lead(ctx context.Context, failed func(error)) error {
	for ctx.Err() == nil {
		changed := l.Changed()
		busy, err := l.Pass(ctx, time.Now())
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
		switch {
		case err != nil:
			wait(ctx, nil, pace)
		case busy:
			wait(ctx, nil, calm)
			wait(ctx, changed, pace-calm)
		default:
			wait(ctx, changed, idle)
		}
	}
	return nil
}

// wait returns after a time, once a channel is closed, or once ctx ends.
func wait(ctx context.Context, changed <-chan struct{}, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Pass does for each run what is due at a time: at most one page or one step of it. It
// reports whether a run is running.
func (l *Leader) Pass(ctx context.Context, now time.Time) (busy bool, err error) {
	if err := l.Recorder.Wait(ctx); err != nil {
		return false, err
	}
	runs, err := l.Index.ActiveRuns(ctx)
	if err != nil {
		return false, err
	}
	maps.DeleteFunc(l.paced, func(_ string, last time.Time) bool { return now.Sub(last) > idle })
	var failures []error
	for i := range runs {
		r := &runs[i]
		busy = busy || r.Status == Running
		if err := l.advance(ctx, r, now); err != nil {
			failures = append(failures, fmt.Errorf("execute run %s: %w", r.ID, err))
		}
	}
	return busy, errors.Join(failures...)
}

// advance does what is due for one run.
func (l *Leader) advance(ctx context.Context, r *Run, now time.Time) error {
	switch {
	case r.Status == AwaitingApproval:
		if now.Before(r.Request.Expires) {
			return nil
		}
		return l.record(ctx, Event{Run: r.ID, Name: RunLapsed, At: now})
	case r.Counts.Open() == 0:
		return l.record(ctx, Event{Run: r.ID, Name: RunFinished, At: now})
	case r.Status != Running:
		return nil
	case r.Counts.Again > r.Tolerated && r.Counts.Waiting > 0:
		return l.stop(ctx, r, now, CodeFailedAgain, "an item failed again for the same cause, or at a receiver that is new")
	case r.Step == 0:
		return l.record(ctx, Event{Run: r.ID, Name: RunStep, At: now, content: content{Step: 1}})
	}
	return l.step(ctx, r, now)
}

// step starts a page of the items of the step, or, if they all have their outcome, the
// next step.
func (l *Leader) step(ctx context.Context, r *Run, now time.Time) error {
	if r.isLastStep() {
		_, err := l.page(ctx, r, now)
		return err
	}
	open, err := l.Index.RunItems(ctx, ItemQuery{Run: r.ID, States: []ItemState{Waiting, Started}, UpTo: r.Bound(), Limit: MaxItemPage})
	if err != nil {
		return err
	}
	if len(open) == 0 {
		return l.record(ctx, Event{Run: r.ID, Name: RunStep, At: now, content: content{Step: r.Step + 1}})
	}
	started, err := l.page(ctx, r, now)
	if err == nil && started == 0 && now.After(lastChange(r, open).Add(r.Request.Patience)) {
		return l.stop(ctx, r, now, CodeNoAnswer, "the receivers did not answer within "+r.Request.Patience.String())
	}
	return err
}

// lastChange returns when the run, or one of its items, last changed.
func lastChange(r *Run, items []Item) time.Time {
	last := r.ChangedAt
	for _, i := range items {
		if i.State == Started && i.ChangedAt.After(last) {
			last = i.ChangedAt
		}
	}
	return last
}

// page starts as many items as the rate permits, if it permits any yet, and returns how
// many.
func (l *Leader) page(ctx context.Context, r *Run, now time.Time) (started int, err error) {
	if last, ok := l.paced[r.ID]; ok && now.Before(last.Add(pace)) {
		return 0, nil
	}
	ready, err := l.Index.RunItems(ctx, ItemQuery{Run: r.ID, States: []ItemState{Waiting}, UpTo: r.Bound(), Ready: true, Limit: r.Request.Rate})
	if err != nil || len(ready) == 0 {
		return 0, err
	}
	events, failure := l.starts(ctx, r, ready, now)
	for part := range exchange.Parts(events) {
		if err := l.Recorder.Record(ctx, part...); err != nil {
			return 0, err
		}
	}
	if l.paced == nil {
		l.paced = make(map[string]time.Time)
	}
	l.paced[r.ID] = now
	if moved, ok := errors.AsType[*movedError](failure); ok {
		failure = l.stop(ctx, r, now, CodeRoutesChanged, moved.Error())
	}
	return len(events), failure
}

// starts returns the events that start items, up to one that cannot be started.
func (l *Leader) starts(ctx context.Context, r *Run, items []Item, now time.Time) ([]exchange.Event, error) {
	events := make([]exchange.Event, 0, len(items))
	for _, i := range items {
		e := exchange.Event{
			Exchange: i.Exchange, Receiver: i.Receiver, Name: exchange.ContentConsignment, Attempt: i.Attempt + 1, At: queue.Stored(now),
			Cause: exchange.Cause{Code: exchange.CodeReplay, Reason: r.Requested.Reason, Actor: r.Requested.Actor}, Run: r.ID,
		}
		if r.Request.Query.Routing == Now {
			if err := l.reroute(ctx, r, &e); err != nil {
				return events, err
			}
		}
		events = append(events, e)
	}
	return events, nil
}

// reroute makes sure that the routes in force lead to the receiver of an event that starts
// an item, and seals the document for it if it is new.
func (l *Leader) reroute(ctx context.Context, r *Run, e *exchange.Event) error {
	x, err := l.Exchanges.Current(ctx, e.Exchange)
	if err != nil {
		return err
	}
	router := l.Router()
	receivers, err := router.Receivers(ctx, x)
	if err != nil && nowhere(err) == "" {
		return err
	}
	if !slices.Contains(receivers, e.Receiver) {
		return &movedError{x.ID, e.Receiver, err}
	}
	if e.Attempt > 1 {
		return nil
	}
	e.Cause.Code = exchange.CodeReaddressed
	e.Envelope, err = router.Readdress(ctx, x, e.Receiver, signing.Readdressed{Run: r.ID, Plan: r.Request.Digest, At: e.At})
	return err
}

// A movedError says that the routes in force do not lead to a receiver of a plan any more.
type movedError struct {
	exchange uuid.UUID
	receiver string
	why      error // or nil
}

func (e *movedError) Error() string {
	text := fmt.Sprintf("the routes in force do not lead exchange %s to %s any more: make another plan", e.exchange, e.receiver)
	if e.why != nil {
		text += " (" + e.why.Error() + ")"
	}
	return strings.ToValidUTF8(text[:min(len(text), exchange.MaxReason)], "")
}

// stop records that the run stops by itself.
func (l *Leader) stop(ctx context.Context, r *Run, now time.Time, code, reason string) error {
	return l.record(ctx, Event{Run: r.ID, Name: RunStopped, At: now, content: content{Cause: exchange.Cause{Code: code, Reason: reason}}})
}

// record makes an event durable.
func (l *Leader) record(ctx context.Context, e Event) error {
	record, err := e.record()
	if err != nil {
		return err
	}
	if err := l.Recorder.Append(ctx, record); err != nil {
		return err
	}
	if l.Observe != nil {
		l.Observe(e)
	}
	return nil
}
