package telemetry

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// A trip is what the line of a delivery says of its exchange.
type trip struct {
	sender, kind string
	size         int       // of the document, in bytes
	consigned    time.Time // when the attempt began; zero where it is not known
}

func tripOf(x exchange.Exchange) trip {
	return trip{sender: x.Identity.Sender, kind: x.Identity.Kind, size: x.Size}
}

// tripsKept is how many exchanges are remembered: a few seconds of the heaviest
// traffic, in some 2 MB.
const tripsKept = 16_384

// trips remember the exchanges that were put before their receivers last, so
// that what the receivers do soon, as most do, costs no look into the index.
type trips struct {
	mu    sync.Mutex
	known map[uuid.UUID]trip // guarded by mu
	ring  []uuid.UUID        // guarded by mu; the next to be forgotten is at next
	next  int                // guarded by mu
}

func newTrips(kept int) *trips {
	return &trips{known: make(map[uuid.UUID]trip), ring: make([]uuid.UUID, kept)}
}

// keep remembers an exchange, and forgets the oldest where there are too many.
func (t *trips) keep(id uuid.UUID, one trip) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.known[id]; !ok {
		delete(t.known, t.ring[t.next])
		t.ring[t.next] = id
		t.next = (t.next + 1) % len(t.ring)
	}
	t.known[id] = one
}

// of returns what is remembered of an exchange.
func (t *trips) of(id uuid.UUID) (trip, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one, ok := t.known[id]
	return one, ok
}
