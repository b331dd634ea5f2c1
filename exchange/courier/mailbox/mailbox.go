package mailbox

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// A Journal finds the deliveries of mailboxes.
type Journal interface {
	exchange.DeliveryJournal
	// DeliveriesByLease returns deliveries that are handed over, ordered by the end of
	// their lease.
	DeliveriesByLease(ctx context.Context, q exchange.LeaseQuery) ([]exchange.Exchange, error)
	// NextLease returns when the first lease to the receiver ends, after a time, of what
	// may keep others of the same number waiting; zero if there is none.
	NextLease(ctx context.Context, receiver string, after time.Time) (time.Time, error)
	// FailingDeliveries returns deliveries that were handed over many times.
	FailingDeliveries(ctx context.Context, q exchange.FailingQuery) ([]exchange.Exchange, error)
}

// A Mailbox gives receivers their open deliveries. It is safe for concurrent use.
type Mailbox struct {
	journal   Journal
	recorder  *exchange.Recorder
	changed   func(receiver string) <-chan struct{}
	handovers int

	mu    sync.Mutex
	boxes map[string]*box // guarded by mu; by receiver, of whom there are only so many
}

// New returns a mailbox for every receiver. changed returns a channel
// that is closed when a delivery to the receiver opens. A delivery that was handed
// over at least handovers times (2 or more), and never acknowledged, comes after all
// others.
func New(journal Journal, recorder *exchange.Recorder, changed func(receiver string) <-chan struct{}, handovers int) *Mailbox {
	return &Mailbox{journal: journal, recorder: recorder, changed: changed, handovers: handovers, boxes: make(map[string]*box)}
}

func (m *Mailbox) box(receiver string) *box {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.boxes[receiver]
	if !ok {
		b = newBox(receiver, m.journal, m.handovers)
		m.boxes[receiver] = b
	}
	return b
}

// Fetch returns open deliveries of the receiver that are under no lease,
// and puts them under one: express first, then the oldest, failing ones last. If there
// are none, it waits for the first until the wait is over or ctx ends; neither is an
// error. When it returns, the hand-overs and their leases are durable and in the
// index. It fails with an *exchange.Error of kind Unavailable; deliveries that were
// recorded all the same are given again when their lease is over.
func (m *Mailbox) Fetch(ctx context.Context, receiver string, o exchange.Fetch) ([]exchange.Leased, error) {
	o = o.Bounded()
	b := m.box(receiver)
	over := time.NewTimer(o.Wait)
	defer over.Stop()
	for {
		opened := m.changed(receiver) // before the index is read, so that no change is missed
		freed, _, _ := b.waiting()
		now := time.Now()
		found, err := b.take(ctx, o.Limit, now, now.Add(o.Lease))
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			items, err := m.hand(ctx, b, found, now.Add(o.Lease))
			if err != nil || len(items) > 0 {
				return items, err
			}
			continue // another node was faster with all of them
		}
		if o.Wait == 0 || !await(ctx, b, over.C, opened, freed) {
			return nil, nil
		}
	}
}

// await returns true once there may be a delivery, and false if the wait is over or
// ctx ends first.
func await(ctx context.Context, b *box, over <-chan time.Time, opened, freed <-chan struct{}) bool {
	var lapsed <-chan time.Time
	if _, until, leased := b.waiting(); leased {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		lapsed = timer.C
	}
	select {
	case <-opened:
	case <-freed:
	case <-lapsed:
	case <-over:
		return false
	case <-ctx.Done():
		return false
	}
	return true
}

// hand records the hand-over of deliveries that were put under lease. It returns those
// whose lease in the record is ours: another node may have handed one over, or
// recorded its acknowledgement, first.
func (m *Mailbox) hand(ctx context.Context, b *box, found []exchange.Exchange, until time.Time) ([]exchange.Leased, error) {
	events := make([]exchange.Event, 0, len(found))
	ids := make([]uuid.UUID, 0, len(found))
	now, lease := time.Now(), exchange.Lease{Holder: rand.Text(), Until: until.UTC()}
	for _, x := range found {
		ids = append(ids, x.ID)
		e := x.Deliveries[0].Event(exchange.ContentHandover, now)
		e.Lease = lease
		events = append(events, e)
	}
	var current []exchange.Delivery
	err := m.recorder.Record(ctx, events...)
	if err == nil {
		current, err = m.journal.DeliveriesOf(ctx, b.receiver, ids)
	}
	if err != nil {
		b.release(ids...)
		return nil, err
	}
	ours := make(map[uuid.UUID]exchange.Delivery, len(current))
	for _, d := range current {
		if d.Lease.Holder == lease.Holder {
			ours[d.Exchange] = d
		}
	}
	items := make([]exchange.Leased, 0, len(ours))
	for _, x := range found {
		if d, ok := ours[x.ID]; ok {
			x.Deliveries = []exchange.Delivery{d}
			items = append(items, exchange.Leased{Exchange: x, LeasedUntil: until})
		}
	}
	if len(items) < len(ids) {
		b.release(slices.DeleteFunc(ids, func(id uuid.UUID) bool { _, ok := ours[id]; return ok })...)
	}
	return items, nil
}
