package mailbox

import (
	"container/heap"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// A position is the position in a mailbox of a delivery that is not failing: express
// first, and then in the order of the record.
type position struct {
	backlog  bool  // not express
	sequence int64 // of the exchange
}

func positionOf(x exchange.Exchange) position {
	return position{backlog: !x.Express, sequence: x.Sequence}
}

// before reports whether p comes before another position.
func (p position) before(other position) bool {
	if p.backlog != other.backlog {
		return other.backlog
	}
	return p.sequence < other.sequence
}

// A lease is the right of a receiver to one delivery until a time.
type lease struct {
	id      uuid.UUID
	attempt int
	at      position
	behind  bool // the delivery is failing: after its lease it comes after all others
	until   time.Time
	index   int // in the heap
}

// leases are the leases of one receiver: by exchange, and in the order in which they
// end.
type leases struct {
	byID map[uuid.UUID]*lease
	ends ends
}

func newLeases() leases { return leases{byID: make(map[uuid.UUID]*lease)} }

// covers reports whether the delivery that an exchange carries is under lease. The
// lease of an attempt does not count after a replay.
func (l *leases) covers(x exchange.Exchange) bool {
	held, ok := l.byID[x.ID]
	return ok && held.attempt == x.Deliveries[0].Attempt
}

// grant puts the delivery that an exchange carries under lease. behind says that it is
// failing once the lease is over.
func (l *leases) grant(x exchange.Exchange, until time.Time, behind bool) {
	l.end(x.ID)
	held := &lease{id: x.ID, attempt: x.Deliveries[0].Attempt, at: positionOf(x), behind: behind, until: until}
	l.byID[x.ID] = held
	heap.Push(&l.ends, held)
}

// end ends a lease and returns it, or nil if there is none.
func (l *leases) end(id uuid.UUID) *lease {
	held, ok := l.byID[id]
	if !ok {
		return nil
	}
	delete(l.byID, id)
	heap.Remove(&l.ends, held.index)
	return held
}

// lapsed ends the lease that ended first before a time and returns it, or nil if none
// is over.
func (l *leases) lapsed(now time.Time) *lease {
	if len(l.ends) == 0 || now.Before(l.ends[0].until) {
		return nil
	}
	return l.end(l.ends[0].id)
}

// next returns the time at which the next lease ends, or false if there is none.
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

// Pop removes and returns the last one.
func (e *ends) Pop() any {
	old := *e
	held := old[len(old)-1]
	old[len(old)-1] = nil
	*e = old[:len(old)-1]
	return held
}
