package judge

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// A Leader decides what awaits a verdict. Two at once do no harm: the verdicts of one of
// them are void. Its methods are called by one goroutine at a time.
type Leader struct {
	Ledger   *Ledger
	Recorder *exchange.Recorder // whose Fold is the ledger
	Now      func() time.Time
}

// batch is how many verdicts are appended at a time, and how many consequences. An append
// takes as long as the disk or the brokers need, so that few in one would bound how many
// documents are decided in a second. Of large ones there are fewer: as many as take
// batchBytes, far less than what any queue accepts in one piece.
const (
	batch      = 512
	batchBytes = 256 << 10
)

// pause is between two passes after one that failed.
const pause = time.Second

// Lead decides until ctx ends, which is no error. Each failed pass is given to report, and
// repeated.
func (l *Leader) Lead(ctx context.Context, report func(error)) error {
	for ctx.Err() == nil {
		next := l.Ledger.Changed(changed)
		busy, err := l.Pass(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			report(err)
			wait(ctx, time.After(pause))
		case !busy:
			l.rest(ctx, next, report)
		}
	}
	return nil
}

// rest waits until the ledger has changed or the next deadline has come.
func (l *Leader) rest(ctx context.Context, next <-chan struct{}, report func(error)) {
	left, err := l.untilNext(ctx)
	if err != nil {
		if ctx.Err() == nil {
			report(err)
		}
		left = pause
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-next:
	case <-timer.C:
	case <-ctx.Done():
	}
}

func wait[T any](ctx context.Context, until <-chan T) {
	select {
	case <-until:
	case <-ctx.Done():
	}
}

// Pass appends the consequences of some verdicts and some new verdicts, and reports
// whether there were any.
func (l *Leader) Pass(ctx context.Context) (busy bool, err error) {
	steps, events, err := l.consequences(ctx)
	if err != nil {
		return false, err
	}
	verdicts, err := l.verdicts(ctx)
	if err != nil {
		return false, err
	}
	fired, err := l.fire(ctx)
	if err != nil {
		return false, err
	}
	all := slices.Concat(events, verdicts, fired)
	if len(all) == 0 {
		return false, nil
	}
	err = l.Recorder.Append(ctx, all...)
	if err == nil && l.Recorder.Observer != nil {
		l.Recorder.Observer.Recorded(ctx, steps)
	}
	return true, err
}

// sizeOf returns about how many bytes an event takes in a queue.
func sizeOf(e queue.Event) int {
	const rest = 64 // its subject, its time and lengths
	return rest + len(e.Name) + len(e.Receiver) + len(e.Detail)
}

// consequences returns the steps of exchanges that verdicts lead to, and the events of
// these and of the marks that they are done: they are appended all or none.
func (l *Leader) consequences(ctx context.Context) (steps []exchange.Event, all []queue.Event, err error) {
	undone, err := l.Ledger.undone(ctx, batch)
	if err != nil {
		return nil, nil, err
	}
	steps, all, err = l.askings(ctx)
	if err != nil {
		return nil, nil, err
	}
	size := 0
	for _, d := range undone {
		events, err := exchange.Encode(d.steps()...)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range events {
			size += sizeOf(e)
		}
		if len(all) > 0 && size > batchBytes {
			break
		}
		steps = append(steps, d.steps()...)
		all = append(append(all, events...), about(d.Exchange, nameDone, d.At, nil))
	}
	return steps, all, nil
}

// askings returns the steps of exchanges by which parties are asked for their approval, and
// the events of these and of the marks that they are.
func (l *Leader) askings(ctx context.Context) (steps []exchange.Event, all []queue.Event, err error) {
	started, err := l.Ledger.unasked(ctx, batch)
	if err != nil {
		return nil, nil, err
	}
	for _, u := range started {
		events, err := exchange.Encode(u.steps()...)
		if err != nil {
			return nil, nil, err
		}
		mark, err := u.mark()
		if err != nil {
			return nil, nil, err
		}
		steps, all = append(steps, u.steps()...), append(append(all, events...), mark)
	}
	return steps, all, nil
}

// steps returns the steps of the exchange that a verdict leads to: none if a person has
// consigned it already.
func (d decided) steps() []exchange.Event {
	switch {
	case d.released:
		return nil
	case d.Outcome == Reject:
		return []exchange.Event{{
			Exchange: d.Exchange, Name: exchange.SubmissionRejection, At: d.At,
			Cause: exchange.Cause{Code: d.Faults[0].Code}, Verdict: &exchange.Finding{Faults: d.Faults, Omitted: d.Omitted, Asked: d.asked},
		}}
	case d.Outcome == Hold:
		return []exchange.Event{{
			Exchange: d.Exchange, Name: exchange.SubmissionHeld, At: d.At,
			Cause: exchange.Cause{Code: d.Faults[0].Code}, Verdict: &exchange.Finding{Faults: d.Faults, Omitted: d.Omitted},
		}}
	}
	steps := make([]exchange.Event, 0, len(d.receivers)+1)
	if d.SameAs != uuid.Nil {
		steps = append(steps, exchange.Event{
			Exchange: d.Exchange, Name: exchange.SubmissionAcceptance, At: d.At, Verdict: &exchange.Finding{SameAs: d.SameAs},
		})
	}
	for _, r := range d.receivers {
		if slices.Contains(d.Had, r) {
			continue
		}
		steps = append(steps, exchange.Event{Exchange: d.Exchange, Receiver: r, Name: exchange.ContentConsignment, Attempt: 1, At: d.At})
	}
	if len(steps) > 0 && len(d.Faults) > 0 { // of lower severity
		steps[0].Verdict = &exchange.Finding{Faults: d.Faults, Omitted: d.Omitted}
	}
	return steps
}

// verdicts returns those on the first cases that await one.
func (l *Leader) verdicts(ctx context.Context) (all []queue.Event, err error) {
	revision, err := l.Ledger.revision(ctx) // before what is decided on it
	if err != nil {
		return nil, err
	}
	cases, err := l.Ledger.pending(ctx, batch)
	if err != nil {
		return nil, err
	}
	size, state := 0, newTentative(l.Ledger, revision)
	for _, c := range cases {
		v, err := state.decide(ctx, c, l.Now())
		if err != nil {
			return nil, err
		}
		e, err := v.Event()
		if err != nil {
			return nil, err
		}
		if size += sizeOf(e); len(all) > 0 && size > batchBytes {
			break
		}
		all = append(all, e)
	}
	return all, nil
}
