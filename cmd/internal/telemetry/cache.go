package telemetry

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// A summary is what the log line of a delivery says of its exchange.
type summary struct {
	sender, kind string
	size         int       // of the document, in bytes
	consigned    time.Time // when the attempt began; zero if it is not known
}

func summaryOf(x exchange.Exchange) summary {
	return summary{sender: x.Identity.Sender, kind: x.Identity.Kind, size: x.Size}
}

// cacheSize is how many exchanges are cached: a few seconds of the heaviest
// traffic, in some 2 MB.
const cacheSize = 16_384

// A cache holds the exchanges that were put before their receivers last, so that
// the steps that soon follow, as most do, need no look into the index.
type cache struct {
	mu    sync.Mutex
	known map[uuid.UUID]summary // guarded by mu
	ring  []uuid.UUID           // guarded by mu; the next to be dropped is at next
	next  int                   // guarded by mu
}

func newCache(size int) *cache {
	return &cache{known: make(map[uuid.UUID]summary), ring: make([]uuid.UUID, size)}
}

// keep adds an exchange, and drops the oldest if there are too many.
func (c *cache) keep(id uuid.UUID, one summary) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.known[id]; !ok {
		delete(c.known, c.ring[c.next])
		c.ring[c.next] = id
		c.next = (c.next + 1) % len(c.ring)
	}
	c.known[id] = one
}

// of returns what the cache has of an exchange.
func (c *cache) of(id uuid.UUID) (summary, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, ok := c.known[id]
	return one, ok
}
