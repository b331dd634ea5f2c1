package exchange

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"beibu/queue"
)

// A Folding says how a state is folded from the events of one kind of subject.
type Folding[T any] struct {
	Kind   queue.SubjectKind // never SubjectExchange
	Window time.Duration     // for which an event counts; 0 is forever
	Clone  func(T) T         // returns a copy that Apply may change, also of the zero value
	Apply  func(T, Event)    // changes a copy by an event
}

// A Folded state is that of the record. It follows the record by itself and keeps nothing on
// disk, so that a full disk or an index that is rebuilt does not hold it back. It is a
// [Fold] of its own, and does not wait for the index. It is safe for concurrent use.
type Folded[T any] struct {
	how      Folding[T]
	recorder *Recorder
	current  atomic.Pointer[folded[T]] // replaced by Restore and Follow
}

// folded is what the record says up to a sequence. It is not changed once made.
type folded[T any] struct {
	state     T
	sequence  int64
	changedAt int64         // the sequence, or a later one, of the last event in state
	passed    chan struct{} // closed once sequence is no longer the newest
	changed   chan struct{} // closed once state is no longer the newest
}

// NewFolded returns a state of a record. It is the zero one until [Folded.Restore] and
// [Folded.Follow] have read the record.
func NewFolded[T any](appender queue.Appender, feed queue.Feed, how Folding[T]) *Folded[T] {
	f := &Folded[T]{how: how}
	f.recorder = &Recorder{Appender: appender, Feed: feed, Fold: f}
	f.current.Store(&folded[T]{passed: make(chan struct{}), changed: make(chan struct{})})
	return f
}

// Load returns the newest state. It must not be changed.
func (f *Folded[T]) Load() T { return f.current.Load().state }

// Record makes events durable, as [Recorder.Record] does. When it returns nil, the state of
// this node has them, and that of every other node has them once it has received them.
func (f *Folded[T]) Record(ctx context.Context, events ...Event) error {
	return f.recorder.Record(ctx, events...)
}

// Wait returns once the state is that of the record up to a sequence, or with the error of
// ctx.
func (f *Folded[T]) Wait(ctx context.Context, sequence int64) error {
	for {
		now := f.current.Load()
		if now.sequence >= sequence {
			return nil
		}
		select {
		case <-now.passed:
		case <-ctx.Done():
			return fmt.Errorf("events of %s are known up to sequence %d: %w", f.how.Kind, now.sequence, context.Cause(ctx))
		}
	}
}

// CatchUp waits until the state is that of the whole record, as it is at the call. It fails
// with an [*Error] of kind Unavailable.
func (f *Folded[T]) CatchUp(ctx context.Context) error { return f.recorder.Wait(ctx) }

// Changed returns a channel that is closed when the state changes.
func (f *Folded[T]) Changed() <-chan struct{} { return f.current.Load().changed }

// AwaitIn waits until an index shows what this node obeys: every event that has changed
// the state so far. It needs no queue, so that it works while Kafka does not. It fails with
// an [*Error] of kind Unavailable.
func (f *Folded[T]) AwaitIn(ctx context.Context, index Fold) error {
	return await(ctx, index, f.current.Load().changedAt)
}

// Restore begins with the events that an index has up to a sequence, so that Follow reads
// only the record after it. It comes before Follow.
func (f *Folded[T]) Restore(ctx context.Context, log AuditLog, sequence int64) error {
	var none T
	state := f.how.Clone(none)
	q := AuditQuery{Kind: f.how.Kind, Limit: maxAudit}
	if f.how.Window > 0 {
		q.Since = time.Now().Add(-f.how.Window)
	}
	for {
		page, next, err := log.Audit(ctx, q)
		if err != nil {
			return fmt.Errorf("restore events of %s: %w", f.how.Kind, err)
		}
		for _, e := range page {
			if e.Sequence <= sequence { // Follow reads the rest: nothing is applied twice
				f.how.Apply(state, e)
			}
		}
		if next == 0 {
			break
		}
		q.After = next
	}
	f.replace(state, sequence, true)
	return nil
}

// maxAudit is the largest page of an [AuditLog].
const maxAudit = 500

// Follow applies the record from where it has come until ctx ends, which is no error.
func (f *Folded[T]) Follow(ctx context.Context, feed queue.Feed) error {
	return feed.Follow(ctx, f.current.Load().sequence, func(_ context.Context, changes []queue.Change) error {
		return f.fold(changes)
	})
}

// fold applies a batch of changes. Those of exchanges, which are nearly all, cost no more
// than a comparison of their subject.
func (f *Folded[T]) fold(changes []queue.Change) error {
	state, changed := f.Load(), false
	for _, c := range changes {
		if c.Event == nil || c.Event.Subject.Kind != f.how.Kind {
			continue
		}
		e, err := FromEvent(c.Sequence, *c.Event)
		if err != nil {
			return err
		}
		if !changed {
			state, changed = f.how.Clone(state), true
		}
		f.how.Apply(state, e)
	}
	f.replace(state, changes[len(changes)-1].Sequence, changed)
	return nil
}

// replace puts another state in force and wakes those who wait. One goroutine at a time
// calls it.
func (f *Folded[T]) replace(state T, sequence int64, changed bool) {
	before := f.current.Load()
	next := &folded[T]{
		state: state, sequence: sequence, changedAt: before.changedAt, passed: make(chan struct{}), changed: before.changed,
	}
	if changed {
		next.changedAt, next.changed = sequence, make(chan struct{})
	}
	f.current.Store(next)
	close(before.passed)
	if changed {
		close(before.changed)
	}
}
