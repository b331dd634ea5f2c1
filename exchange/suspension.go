package exchange

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Suspension shuts a party out: it may do nothing at all until it is lifted.
// What is addressed to the party waits.
type Suspension struct {
	Party  string    `json:"party"`
	Reason string    `json:"reason"`
	Actor  string    `json:"actor"` // who did it
	At     time.Time `json:"at"`
}

// Suspensions are those that operators gave, beside what the map of parties
// says: they count for the very next request, and no mistake in any file can
// keep them from it. They are safe for concurrent use.
type Suspensions struct {
	keep    func([]Suspension) error
	changes sync.Mutex // held by whoever makes a new current
	current atomic.Pointer[map[string]Suspension]
}

// NewSuspensions returns suspensions with those that stand. Every change is
// given to keep before it counts, all of it, ordered by party; where keep fails
// nothing changes.
func NewSuspensions(standing []Suspension, keep func([]Suspension) error) *Suspensions {
	s := &Suspensions{keep: keep}
	current := make(map[string]Suspension, len(standing))
	for _, one := range standing {
		current[one.Party] = one
	}
	s.current.Store(&current)
	return s
}

// Get returns the suspension of a party. Where there are no suspensions, s may
// be nil.
func (s *Suspensions) Get(party string) (Suspension, bool) {
	if s == nil {
		return Suspension{}, false
	}
	one, ok := (*s.current.Load())[party]
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

// Suspend shuts a party out from now on, in the place of an earlier suspension.
func (s *Suspensions) Suspend(one Suspension) error {
	_, err := s.change(func(next map[string]Suspension) bool {
		next[one.Party] = one
		return true
	})
	return err
}

// Lift lets a party in again, and tells whether it was suspended.
func (s *Suspensions) Lift(party string) (was bool, err error) {
	return s.change(func(next map[string]Suspension) bool {
		_, was := next[party]
		delete(next, party)
		return was
	})
}

// change puts other suspensions in force, where f tells that it changed them.
func (s *Suspensions) change(f func(next map[string]Suspension) bool) (changed bool, err error) {
	s.changes.Lock()
	defer s.changes.Unlock()
	next := maps.Clone(*s.current.Load())
	if !f(next) {
		return false, nil
	}
	all := slices.SortedFunc(maps.Values(next), func(a, b Suspension) int { return cmp.Compare(a.Party, b.Party) })
	if err := s.keep(all); err != nil {
		return false, err
	}
	s.current.Store(&next)
	return true, nil
}
