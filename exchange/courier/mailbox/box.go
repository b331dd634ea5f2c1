package mailbox

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// MaxLeases bounds what one receiver may have under lease from one node at
// once, and so the memory for it. One that has so much gets no more until it acknowledges.
const MaxLeases = 100_000

// What bounds a look at deliveries that were handed over before.
const (
	walkPage  = 200         // deliveries read at once
	lookAgain = time.Second // after which what another call had in hand is looked at again
)

// Where a walk begins and where it is over.
var (
	walkBegin = place{}
	walkEnd   = place{backlog: true, sequence: math.MaxInt64}
)

// A box is the mailbox of one receiver. Its lock is held from reading the
// index until the lease is granted, so that no delivery is granted on what the
// index said before an acknowledgement.
//
// What was never handed over is found by its state. What was handed over, and
// is under no lease any more, is found by a walk over all that was: cursor is
// before everything that may be free. A lease that ends takes the cursor back
// to it; so a long backlog that is all under lease is not read again and again.
// The index tells which lease ends next, so that those count too that another
// node has granted and may have died with. The first walk goes over all, and so
// finds leases that end too far in the future to count.
//
// What is failing, by the number of its hand-overs, is behind all others, so that a
// receiver that comes to grief with one delivery gets the rest. The walk leaves it
// out. It has an index of its own, in which what was handed over the least comes
// first, so that of several that are failing each has its turn.
type box struct {
	receiver  string
	journal   Journal
	handovers int // from which on a delivery is failing

	mu     sync.Mutex
	leases leases        // guarded by mu
	cursor place         // guarded by mu
	wake   time.Time     // guarded by mu; when the next lease ends, by the index; zero where there is none
	freed  chan struct{} // guarded by mu; closed when a lease ends before its time
}

func newBox(receiver string, journal Journal, handovers int) *box {
	return &box{
		receiver: receiver, journal: journal, handovers: handovers,
		leases: newLeases(), cursor: walkBegin, freed: make(chan struct{}),
	}
}

// take puts up to n deliveries that are free under lease, express first and
// then the oldest, and what is failing if nothing else is free.
func (b *box) take(ctx context.Context, n int, now, until time.Time) ([]exchange.Exchange, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for held := b.leases.lapsed(now); held != nil; held = b.leases.lapsed(now) {
		if !held.behind {
			b.back(held.at)
		}
	}
	n = min(n, MaxLeases-len(b.leases.byID))
	if n <= 0 {
		return nil, nil
	}
	found, err := b.fresh(ctx, n)
	if err != nil {
		return nil, err
	}
	if err := b.look(ctx, now); err != nil {
		return nil, err
	}
	old, err := b.walk(ctx, n, len(found) > 0, now)
	if err != nil {
		return nil, err
	}
	found = merged(found, old)
	for _, x := range found[min(n, len(found)):] {
		b.back(placeOf(x))
	}
	found = found[:min(n, len(found))]
	if len(found) < n && b.cursor == walkEnd {
		failing, err := b.failing(ctx, n-len(found), now)
		if err != nil {
			return nil, err
		}
		found = append(found, failing...)
	}
	for _, x := range found {
		b.leases.grant(x, until, x.Deliveries[0].Handovers+1 >= b.handovers)
	}
	return found, nil
}

// merged returns what two readings found, in order. What another node handed over
// in between is in both, where that lease is over by our clock: the later reading
// counts.
func merged(earlier, later []exchange.Exchange) []exchange.Exchange {
	all := slices.Concat(later, earlier)
	slices.SortStableFunc(all, func(x, y exchange.Exchange) int {
		switch {
		case placeOf(x).before(placeOf(y)):
			return -1
		case placeOf(y).before(placeOf(x)):
			return 1
		}
		return 0
	})
	return slices.CompactFunc(all, func(x, y exchange.Exchange) bool { return x.ID == y.ID })
}

// fresh returns up to n deliveries that were not handed over yet. Those under
// lease are about to be, by another call.
func (b *box) fresh(ctx context.Context, n int) ([]exchange.Exchange, error) {
	var found []exchange.Exchange
	for at := walkBegin; ; {
		page, err := b.page(ctx, exchange.ContentConsignment, at, n)
		if err != nil {
			return nil, err
		}
		for _, x := range page {
			at = placeOf(x)
			if !b.leases.covers(x) {
				found = append(found, x)
			}
			if len(found) == n {
				return found, nil
			}
		}
		if len(page) < n {
			return found, nil
		}
	}
}

// look finds out by the index when the next lease ends. Where that is over, the
// walk goes back to it.
func (b *box) look(ctx context.Context, now time.Time) error {
	next, err := b.journal.DeliveriesByLease(ctx, exchange.LeaseQuery{Receiver: b.receiver, HandoversBelow: b.handovers, Limit: 1})
	b.wake = time.Time{}
	if err != nil || len(next) == 0 {
		return err
	}
	lease := next[0].Deliveries[0].Lease
	switch {
	case lease.Holds(now):
		b.wake = lease.Until
	case b.leases.covers(next[0]): // and hides those behind it
		b.wake = now.Add(lookAgain)
	default:
		b.back(placeOf(next[0]))
	}
	return nil
}

// walk goes on with the walk until it has up to n free deliveries or is over.
// Where the caller has something already, it reads one page at most.
func (b *box) walk(ctx context.Context, n int, content bool, now time.Time) ([]exchange.Exchange, error) {
	var found []exchange.Exchange
	for b.cursor != walkEnd {
		page, err := b.page(ctx, exchange.ContentHandover, b.cursor, walkPage)
		if err != nil {
			return nil, err
		}
		for _, x := range page {
			if len(found) == n {
				return found, nil
			}
			b.cursor = placeOf(x)
			if !b.leases.covers(x) && !x.Deliveries[0].Lease.Holds(now) {
				found = append(found, x)
			}
		}
		if len(page) < walkPage {
			b.cursor = walkEnd
		}
		if content || len(found) > 0 {
			break
		}
	}
	return found, nil
}

// failing returns up to n deliveries that are failing and free.
func (b *box) failing(ctx context.Context, n int, now time.Time) ([]exchange.Exchange, error) {
	for limit := n + walkPage; ; limit *= 2 {
		page, err := b.journal.FailingDeliveries(ctx, exchange.FailingQuery{
			Receiver: b.receiver, Handovers: b.handovers, FreeAt: now, Limit: limit,
		})
		if err != nil {
			return nil, err
		}
		free := slices.DeleteFunc(slices.Clone(page), b.leases.covers) // another call is about to hand those over
		if len(free) >= n || len(page) < limit {
			return free[:min(n, len(free))], nil
		}
	}
}

// page reads deliveries in a state after a place.
func (b *box) page(ctx context.Context, state exchange.State, after place, limit int) ([]exchange.Exchange, error) {
	return b.journal.Deliveries(ctx, exchange.DeliveryQuery{
		Receiver: b.receiver, States: []exchange.State{state}, After: after.sequence, Backlog: after.backlog,
		HandoversBelow: b.handovers, Limit: limit,
	})
}

// back takes the cursor back to before a place.
func (b *box) back(to place) {
	if to.before(b.cursor) || to == b.cursor {
		b.cursor = place{backlog: to.backlog, sequence: to.sequence - 1}
	}
}

// release ends leases before their time.
func (b *box) release(ids ...uuid.UUID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range ids {
		if held := b.leases.end(id); held != nil {
			b.back(held.at)
		}
	}
	close(b.freed)
	b.freed = make(chan struct{})
}

// settled ends the leases of deliveries that were acknowledged.
func (b *box) settled(events []exchange.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range events {
		b.leases.end(e.Exchange)
	}
}

// waiting returns what a poll waits for beside the index: a channel closed
// when a lease ends before its time, and when the next one lapses.
func (b *box) waiting() (freed <-chan struct{}, lapse time.Time, leased bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	lapse, leased = b.leases.next()
	if !b.wake.IsZero() && (!leased || b.wake.Before(lapse)) {
		lapse, leased = b.wake, true
	}
	return b.freed, lapse, leased
}
