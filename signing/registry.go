package signing

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Registry holds the keys of all parties, old and new side by side. It can be
// replaced as a whole and a party suspended while documents are verified: the
// next one sees it. It may be used by several goroutines at once.
type Registry struct {
	current atomic.Pointer[registered]
	changes sync.Mutex // held by whoever makes a new current
}

// registered never changes once it is current.
type registered struct {
	signers   map[string][]Signer
	suspended map[string]bool
}

// NewRegistry returns a registry of parties by name, with the keys of each.
func NewRegistry(parties map[string][]Signer) *Registry {
	r := &Registry{}
	r.current.Store(&registered{signers: named(parties)})
	return r
}

// named gives each signer the name of its party.
func named(parties map[string][]Signer) map[string][]Signer {
	signers := make(map[string][]Signer, len(parties))
	for name, list := range parties {
		list = slices.Clone(list)
		for i := range list {
			list[i].Name = name
		}
		signers[name] = list
	}
	return signers
}

// Replace takes other parties and keys. Who is suspended stays so.
func (r *Registry) Replace(parties map[string][]Signer) {
	r.changes.Lock()
	defer r.changes.Unlock()
	r.current.Store(&registered{signers: named(parties), suspended: r.current.Load().suspended})
}

// Suspend makes all keys of a party count for nothing, or count again.
func (r *Registry) Suspend(party string, suspended bool) {
	r.changes.Lock()
	defer r.changes.Unlock()
	now := r.current.Load()
	next := maps.Clone(now.suspended)
	if next == nil {
		next = map[string]bool{}
	}
	if next[party] = suspended; !suspended {
		delete(next, party)
	}
	r.current.Store(&registered{signers: now.signers, suspended: next})
}

// Signers returns all keys of a party, also past and future ones, or none
// if it is suspended or not known. The list must not be changed.
func (r *Registry) Signers(party string) []Signer {
	now := r.current.Load()
	if now.suspended[party] {
		return nil
	}
	return now.signers[party]
}

// Suspended returns the names of the suspended parties, in order.
func (r *Registry) Suspended() []string { return slices.Sorted(maps.Keys(r.current.Load().suspended)) }

// An Expiry is when the last key of a party ends that counts today.
type Expiry struct {
	Party string
	Until time.Time // zero if no key counts even now
}

// Expiries returns, for every party, until when it has a key without a gap,
// the soonest first: for warnings, as a metric and in a log.
func (r *Registry) Expiries(now time.Time) []Expiry {
	var list []Expiry
	for party, signers := range r.current.Load().signers {
		list = append(list, Expiry{party, coveredUntil(signers, now)})
	}
	slices.SortFunc(list, func(a, b Expiry) int {
		if c := a.Until.Compare(b.Until); c != 0 {
			return c
		}
		return cmp.Compare(a.Party, b.Party)
	})
	return list
}

// coveredUntil follows overlapping keys from now on.
func coveredUntil(signers []Signer, now time.Time) time.Time {
	var until time.Time
	for at := now; ; at = until {
		extended := false
		for i := range signers {
			if end := signers[i].end(); signers[i].validAt(at) && end.After(at) && end.After(until) {
				until, extended = end, true
			}
		}
		if !extended {
			return until
		}
	}
}

// end is when the signer stops to count.
func (s *Signer) end() time.Time {
	if s.Until.IsZero() || s.Certificate.NotAfter.Before(s.Until) {
		return s.Certificate.NotAfter
	}
	return s.Until
}
