package exchange

import (
	"context"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"beibu/queue"
)

// A Suspension shuts a party out: it may do nothing at all until an operator
// resumes it. What is addressed to the party waits.
type Suspension struct {
	Party  string    `json:"party"`
	Reason string    `json:"reason"`
	Actor  string    `json:"actor"` // the operator
	At     time.Time `json:"at"`
}

// event returns the event of a party by which the record has s.
func (s Suspension) event(name State) Event {
	return Event{
		Subject: queue.Subject{Kind: queue.SubjectParty, ID: s.Party}, Name: name, At: s.At,
		Cause: Cause{Reason: s.Reason, Actor: s.Actor},
	}
}

// Suspensions are those by operators, in addition to those of the map of parties.
// They are in the record, so that every node has them. They follow the record by
// themselves and keep nothing on disk: a full disk or an index that is rebuilt lets
// nobody in. They are safe for concurrent use. A [Fold] of their own, they do not
// wait for the index.
type Suspensions struct {
	recorder *Recorder
	current  atomic.Pointer[suspended] // replaced by Restore and Follow
	enforce  func(ctx context.Context, party string) error
}

// suspended is what the record says up to a sequence. It is not changed once made.
type suspended struct {
	parties   map[string]Suspension
	sequence  int64
	changedAt int64         // the sequence, or a later one, of the last event in parties
	passed    chan struct{} // closed once sequence is no longer the newest
	changed   chan struct{} // closed once parties is no longer the newest
}

// NewSuspensions returns suspensions in a record. They are none until [Suspensions.Restore]
// and [Suspensions.Follow] have read it. If enforce is not nil, Suspend calls it
// once no request of the party is admitted, and returns its error: it stops what
// else this node does for the party.
func NewSuspensions(appender queue.Appender, feed queue.Feed, enforce func(ctx context.Context, party string) error) *Suspensions {
	s := &Suspensions{enforce: enforce}
	s.recorder = &Recorder{Appender: appender, Feed: feed, Fold: s}
	s.current.Store(&suspended{passed: make(chan struct{}), changed: make(chan struct{})})
	return s
}

// Get returns the suspension of a party. If there are no suspensions, s may be nil.
func (s *Suspensions) Get(party string) (Suspension, bool) {
	if s == nil {
		return Suspension{}, false
	}
	one, ok := s.current.Load().parties[party]
	return one, ok
}

// Includes reports whether a party may do nothing at all: an operator has suspended
// it, or the configuration in force does. If there are no suspensions, s may be nil.
func (s *Suspensions) Includes(now *InForce, party string) bool {
	if _, suspended := s.Get(party); suspended {
		return true
	}
	known, ok := now.Parties.Get(party)
	return ok && known.Suspended
}

// Suspend records that an operator shuts a party out, in place of an earlier
// suspension. It returns nil once the suspension is durable and this node obeys
// it; every other node does as soon as it has received it. It fails with an *Error
// of kind Unavailable if that is not known, and it is safe to call it again.
func (s *Suspensions) Suspend(ctx context.Context, one Suspension) error {
	if err := s.recorder.Record(ctx, one.event(PartySuspended)); err != nil {
		return err
	}
	if s.enforce == nil {
		return nil
	}
	if err := s.enforce(ctx, one.Party); err != nil {
		return &Error{Op: "suspend party", Kind: Unavailable, Code: "unavailable", Err: err}
	}
	return nil
}

// Resume records that an operator lets a party in again, and returns false without
// an error if no operator has suspended it. When it returns, this node obeys. It
// fails as Suspend does.
func (s *Suspensions) Resume(ctx context.Context, one Suspension) (was bool, err error) {
	if err := s.recorder.Wait(ctx); err != nil { // another node may have suspended it a moment ago
		return false, err
	}
	if _, was := s.Get(one.Party); !was {
		return false, nil
	}
	return true, s.recorder.Record(ctx, one.event(PartyResumed))
}

// Wait returns once the suspensions are those of the record up to a sequence, or
// with the error of ctx.
func (s *Suspensions) Wait(ctx context.Context, sequence int64) error {
	for {
		now := s.current.Load()
		if now.sequence >= sequence {
			return nil
		}
		select {
		case <-now.passed:
		case <-ctx.Done():
			return fmt.Errorf("suspensions are those of sequence %d: %w", now.sequence, context.Cause(ctx))
		}
	}
}

// CatchUp waits until the suspensions are those of the whole record, as it is at the
// call. It fails with an [*Error] of kind Unavailable.
func (s *Suspensions) CatchUp(ctx context.Context) error { return s.recorder.Wait(ctx) }

// Changed returns a channel that is closed when a party is suspended or resumed.
func (s *Suspensions) Changed() <-chan struct{} { return s.current.Load().changed }

// Await returns once an operator has suspended a party, or once ctx ends. If there are
// no suspensions, s may be nil.
func (s *Suspensions) Await(ctx context.Context, party string) {
	if s == nil {
		<-ctx.Done()
		return
	}
	for {
		now := s.current.Load()
		if _, suspended := now.parties[party]; suspended {
			return
		}
		select {
		case <-now.changed:
		case <-ctx.Done():
			return
		}
	}
}

// AwaitIn waits until an index shows what this node obeys: every event that has
// changed the suspensions so far. It needs no queue, so that it works while Kafka
// does not. It fails with an *Error of kind Unavailable. If there are no suspensions,
// s may be nil.
func (s *Suspensions) AwaitIn(ctx context.Context, index Fold) error {
	if s == nil {
		return nil
	}
	return await(ctx, index, s.current.Load().changedAt)
}

// Restore begins with the events that an index has up to a sequence, so that Follow
// reads only the record after it. It comes before Follow.
func (s *Suspensions) Restore(ctx context.Context, log AuditLog, sequence int64) error {
	parties := make(map[string]Suspension)
	q := AuditQuery{Kind: queue.SubjectParty, Limit: maxAudit}
	for {
		page, next, err := log.Audit(ctx, q)
		if err != nil {
			return fmt.Errorf("restore suspensions: %w", err)
		}
		for _, e := range page {
			if e.Sequence <= sequence { // Follow reads the rest: nothing is applied twice
				apply(parties, e)
			}
		}
		if next == 0 {
			break
		}
		q.After = next
	}
	s.replace(parties, sequence, true)
	return nil
}

// maxAudit is the largest page of an [AuditLog].
const maxAudit = 500

// Follow applies the record from where it has come until ctx ends, which is no error.
func (s *Suspensions) Follow(ctx context.Context, feed queue.Feed) error {
	return feed.Follow(ctx, s.current.Load().sequence, func(_ context.Context, changes []queue.Change) error {
		return s.fold(changes)
	})
}

// fold applies a batch of changes. Those of exchanges, which are nearly all, cost
// no more than a comparison of their subject.
func (s *Suspensions) fold(changes []queue.Change) error {
	now := s.current.Load()
	parties, changed := now.parties, false
	for _, c := range changes {
		if c.Event == nil || c.Event.Subject.Kind != queue.SubjectParty {
			continue
		}
		e, err := FromEvent(c.Sequence, *c.Event)
		if err != nil {
			return err
		}
		if !changed {
			parties, changed = maps.Clone(parties), true
			if parties == nil {
				parties = make(map[string]Suspension)
			}
		}
		apply(parties, e)
	}
	s.replace(parties, changes[len(changes)-1].Sequence, changed)
	return nil
}

// apply changes suspensions by an event of a party. Other events of parties change
// nothing.
func apply(parties map[string]Suspension, e Event) {
	switch e.Name { //nolint:exhaustive // the states of exchanges are no events of parties
	case PartySuspended:
		parties[e.Subject.ID] = Suspension{Party: e.Subject.ID, Reason: e.Cause.Reason, Actor: e.Cause.Actor, At: e.At}
	case PartyResumed:
		delete(parties, e.Subject.ID)
	}
}

// replace puts other suspensions in force and wakes those who wait. One goroutine
// at a time calls it.
func (s *Suspensions) replace(parties map[string]Suspension, sequence int64, changed bool) {
	before := s.current.Load()
	next := &suspended{
		parties: parties, sequence: sequence, changedAt: before.changedAt, passed: make(chan struct{}), changed: before.changed,
	}
	if changed {
		next.changedAt, next.changed = sequence, make(chan struct{})
	}
	s.current.Store(next)
	close(before.passed)
	if changed {
		close(before.changed)
	}
}
