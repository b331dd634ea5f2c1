package exchange

import (
	"context"
	"maps"
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
// themselves: a full disk or an index that is rebuilt lets nobody in. They are safe
// for concurrent use.
type Suspensions struct {
	*Folded[map[string]Suspension] // by party

	enforce func(ctx context.Context, party string) error
}

// NewSuspensions returns suspensions in a record. They are none until [Folded.Restore]
// and [Folded.Follow] have read it. If enforce is not nil, Suspend calls it
// once no request of the party is admitted, and returns its error: it stops what
// else this node does for the party.
func NewSuspensions(appender queue.Appender, feed queue.Feed, enforce func(ctx context.Context, party string) error) *Suspensions {
	return &Suspensions{enforce: enforce, Folded: NewFolded(appender, feed, Folding[map[string]Suspension]{
		Kind: queue.SubjectParty, Apply: apply, Clone: func(parties map[string]Suspension) map[string]Suspension {
			if parties == nil {
				return make(map[string]Suspension)
			}
			return maps.Clone(parties)
		},
	})}
}

// Get returns the suspension of a party. If there are no suspensions, s may be nil.
func (s *Suspensions) Get(party string) (Suspension, bool) {
	if s == nil {
		return Suspension{}, false
	}
	one, ok := s.Load()[party]
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
	if err := s.Record(ctx, one.event(PartySuspended)); err != nil {
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
	if err := s.CatchUp(ctx); err != nil { // another node may have suspended it a moment ago
		return false, err
	}
	if _, was := s.Get(one.Party); !was {
		return false, nil
	}
	return true, s.Record(ctx, one.event(PartyResumed))
}

// Await returns once an operator has suspended a party, or once ctx ends. If there are
// no suspensions, s may be nil.
func (s *Suspensions) Await(ctx context.Context, party string) {
	if s == nil {
		<-ctx.Done()
		return
	}
	for {
		now := s.current.Load()
		if _, suspended := now.state[party]; suspended {
			return
		}
		select {
		case <-now.changed:
		case <-ctx.Done():
			return
		}
	}
}

// AwaitIn is that of [Folded], of none if s is nil.
func (s *Suspensions) AwaitIn(ctx context.Context, index Fold) error {
	if s == nil {
		return nil
	}
	return s.Folded.AwaitIn(ctx, index)
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
