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

// MaxLeases is the most deliveries that one receiver may have under lease from one
// node at once. It bounds the memory for them. A receiver at the limit gets no more
// until it acknowledges.
const MaxLeases = 100_000

// The bounds of reading deliveries that were handed over before.
const (
	walkPage  = 200         // deliveries read at once
	readAgain = time.Second // after which a delivery that another call had reserved is read again
)

// The positions at which a walk begins and ends.
var (
	walkBegin = position{}
	walkEnd   = position{backlog: true, sequence: math.MaxInt64}
)

// A box is the mailbox of one receiver. Its lock is held from reading the
// index until the lease is granted, so that no delivery is granted on a state of the
// index from before its acknowledgement.
//
// A delivery that was never handed over is found by its state. One that was handed
// over, and whose lease is over, is found by a walk over all that were handed over:
// every free one comes after cursor. A lease that ends moves the cursor back to before
// its delivery, so that a long backlog that is all under lease is read once. The index
// knows which lease ends next, whichever node granted it, also one that has died. The
// first walk covers all deliveries and so also finds leases that end too far in the
// future to count.
//
// A delivery is failing if its number of hand-overs has reached handovers. It comes
// after all others, so that a receiver that fails on one delivery gets the rest. The
// walk skips it. Failing deliveries have an index of their own, ordered by their
// number of hand-overs, so that each of several is handed over in turn.
type box struct {
	receiver  string
	journal   Journal
	handovers int // the number from which on a delivery is failing

	mu     sync.Mutex
	leases leases        // guarded by mu
	cursor position      // guarded by mu
	wake   time.Time     // guarded by mu; when the next lease in the index ends; zero if there is none
	freed  chan struct{} // guarded by mu; closed when a lease ends before its time
}

func newBox(receiver string, journal Journal, handovers int) *box {
	return &box{
		receiver: receiver, journal: journal, handovers: handovers,
		leases: newLeases(), cursor: walkBegin, freed: make(chan struct{}),
	}
}

// take puts up to n free deliveries under lease: express first, then the oldest, and
// failing ones if no other is free.
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
	found, err := b.fresh(ctx, n, now)
	if err != nil {
		return nil, err
	}
	if err := b.readLease(ctx, now); err != nil {
		return nil, err
	}
	old, err := b.walk(ctx, n, len(found) > 0, now)
	if err != nil {
		return nil, err
	}
	found = merged(found, old)
	for _, x := range found[min(n, len(found)):] {
		b.back(positionOf(x))
	}
	found = found[:min(n, len(found))]
	if len(found) < n && b.cursor == walkEnd {
		failing, err := b.failing(ctx, n-len(found), now)
		if err != nil {
			return nil, err
		}
		found = append(found, failing...)
	}
	if len(found) == 0 { // the caller will wait
		if err := b.readNextLease(ctx, now); err != nil {
			return nil, err
		}
	}
	for _, x := range found {
		b.leases.grant(x, until, x.Deliveries[0].Handovers+1 >= b.handovers)
	}
	return found, nil
}

// merged returns the deliveries of two readings, in order. A delivery that another
// node handed over in between is in both, if its lease is over by our clock; then the
// later reading counts.
func merged(earlier, later []exchange.Exchange) []exchange.Exchange {
	all := slices.Concat(later, earlier)
	slices.SortStableFunc(all, func(x, y exchange.Exchange) int {
		switch {
		case positionOf(x).before(positionOf(y)):
			return -1
		case positionOf(y).before(positionOf(x)):
			return 1
		}
		return 0
	})
	return slices.CompactFunc(all, func(x, y exchange.Exchange) bool { return x.ID == y.ID })
}

// fresh returns up to n deliveries that were not handed over yet. It skips those that
// another call has put under lease and is about to hand over.
func (b *box) fresh(ctx context.Context, n int, now time.Time) ([]exchange.Exchange, error) {
	var found []exchange.Exchange
	for at := walkBegin; ; {
		page, err := b.page(ctx, exchange.ContentConsignment, at, n, now)
		if err != nil {
			return nil, err
		}
		for _, x := range page {
			at = positionOf(x)
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

// readNextLease reads from the index when the next lease ends: that can free an earlier
// delivery of its number.
func (b *box) readNextLease(ctx context.Context, now time.Time) error {
	at, err := b.journal.NextLease(ctx, b.receiver, now)
	if err == nil && !at.IsZero() {
		b.wakeBy(at)
	}
	return err
}

// readLease reads from the index the delivery whose lease ends first. If it is over, the
// walk goes back to the delivery.
func (b *box) readLease(ctx context.Context, now time.Time) error {
	b.wake = time.Time{}
	next, err := b.journal.DeliveriesByLease(ctx, exchange.LeaseQuery{Receiver: b.receiver, At: now, HandoversBelow: b.handovers, Limit: 1})
	if err != nil || len(next) == 0 {
		return err
	}
	lease := next[0].Deliveries[0].Lease
	switch {
	case lease.Holds(now):
		b.wakeBy(lease.Until)
	case b.leases.covers(next[0]): // and hides those behind it
		b.wakeBy(now.Add(readAgain))
	default:
		b.back(positionOf(next[0]))
	}
	return nil
}

// wakeBy has a poll look again at a time, unless it does so before.
func (b *box) wakeBy(at time.Time) {
	if b.wake.IsZero() || at.Before(b.wake) {
		b.wake = at
	}
}

// walk continues the walk until it has n free deliveries or is over. If the caller has
// some already (enough), it reads one page at most.
func (b *box) walk(ctx context.Context, n int, enough bool, now time.Time) ([]exchange.Exchange, error) {
	var found []exchange.Exchange
	for b.cursor != walkEnd {
		page, err := b.page(ctx, exchange.ContentHandover, b.cursor, walkPage, now)
		if err != nil {
			return nil, err
		}
		for _, x := range page {
			if len(found) == n {
				return found, nil
			}
			b.cursor = positionOf(x)
			if !b.leases.covers(x) && !x.Deliveries[0].Lease.Holds(now) {
				found = append(found, x)
			}
		}
		if len(page) < walkPage {
			b.cursor = walkEnd
		}
		if enough || len(found) > 0 {
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

// page reads deliveries in a state after a position whose turn it is.
func (b *box) page(ctx context.Context, state exchange.State, after position, limit int, now time.Time) ([]exchange.Exchange, error) {
	return b.journal.Deliveries(ctx, exchange.DeliveryQuery{
		Receiver: b.receiver, States: []exchange.State{state}, After: after.sequence, Backlog: after.backlog,
		HandoversBelow: b.handovers, InTurn: true, Unless: exchange.Out{LeasedAt: now}, Limit: limit,
	})
}

// back moves the cursor back to before a position.
func (b *box) back(to position) {
	if to.before(b.cursor) || to == b.cursor {
		b.cursor = position{backlog: to.backlog, sequence: to.sequence - 1}
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

// endLeases ends the leases of deliveries that were acknowledged.
func (b *box) endLeases(events []exchange.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range events {
		b.leases.end(e.Exchange)
	}
}

// waiting returns what a poll waits for in addition to the index: a channel that is
// closed when a lease ends before its time, and the time at which the next one ends.
func (b *box) waiting() (freed <-chan struct{}, lapse time.Time, leased bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	lapse, leased = b.leases.next()
	if !b.wake.IsZero() && (!leased || b.wake.Before(lapse)) {
		lapse, leased = b.wake, true
	}
	return b.freed, lapse, leased
}
