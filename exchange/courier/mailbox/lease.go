package mailbox

import (
	"container/heap"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// A place is the place of a delivery in a mailbox, unless it is failing: express first, and then in
// the order of the record.
type place struct {
	backlog  bool  // not express
	sequence int64 // of the exchange
}

func placeOf(x exchange.Exchange) place { return place{backlog: !x.Express, sequence: x.Sequence} }

// before tells whether p comes before another place.
func (p place) before(other place) bool {
	if p.backlog != other.backlog {
		return other.backlog
	}
	return p.sequence < other.sequence
}

// A lease is one delivery in the hands of a receiver.
type lease struct {
	id      uuid.UUID
	attempt int
	at      place
	behind  bool // all others, when it comes free: it is failing
	until   time.Time
	index   int // in the heap
}

// leases are those of one receiver: by exchange, and in the order in which
// they end.
type leases struct {
	byID map[uuid.UUID]*lease
	ends ends
}

func newLeases() leases { return leases{byID: make(map[uuid.UUID]*lease)} }

// covers tells whether the delivery that an exchange carries is under lease.
// The lease of an attempt that a replay has overtaken does not count.
func (l *leases) covers(x exchange.Exchange) bool {
	held, ok := l.byID[x.ID]
	return ok && held.attempt == x.Deliveries[0].Attempt
}

// grant notes that the delivery that an exchange carries is under lease,
// and whether it will be failing when that is over.
func (l *leases) grant(x exchange.Exchange, until time.Time, behind bool) {
	l.end(x.ID)
	held := &lease{id: x.ID, attempt: x.Deliveries[0].Attempt, at: placeOf(x), behind: behind, until: until}
	l.byID[x.ID] = held
	heap.Push(&l.ends, held)
}

// end ends a lease and returns it, or nil where there is none.
func (l *leases) end(id uuid.UUID) *lease {
	held, ok := l.byID[id]
	if !ok {
		return nil
	}
	delete(l.byID, id)
	heap.Remove(&l.ends, held.index)
	return held
}

// lapsed ends the lease that is over the longest at a time and returns it, or
// nil where none is over.
func (l *leases) lapsed(now time.Time) *lease {
	if len(l.ends) == 0 || now.Before(l.ends[0].until) {
		return nil
	}
	return l.end(l.ends[0].id)
}

// next returns when the next lease ends; false where there is none.
func (l *leases) next() (time.Time, bool) {
	if len(l.ends) == 0 {
		return time.Time{}, false
	}
	return l.ends[0].until, true
}

// ends is a heap of leases by their end.
type ends []*lease

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i].until.Before(e[j].until) }
func (e ends) Swap(i, j int) {
	e[i], e[j] = e[j], e[i]
	e[i].index, e[j].index = i, j
}

// Push adds a *lease.
func (e *ends) Push(x any) {
	held := x.(*lease) //nolint:forcetypeassert // grant alone pushes
	held.index = len(*e)
	*e = append(*e, held)
}

// Pop takes the last one out.
func (e *ends) Pop() any {
	old := *e
	held := old[len(old)-1]
	old[len(old)-1] = nil
	*e = old[:len(old)-1]
	return held
}
