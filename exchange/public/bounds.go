package public

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// buckets is how many limits there are. Two addresses that fall together share one: so
// the memory does not grow with the addresses that ask.
const buckets = 4096

// bounds limit how often something may be done from one address, and in all.
type bounds struct {
	all  *rate.Limiter
	seed maphash.Seed

	every time.Duration // an address regains one
	burst int           // that an address may do at once

	mu    sync.Mutex
	until [buckets]time.Time // guarded by mu; when the address has regained everything
}

// newBounds returns bounds: an address may do burst at once and regains one in every, and
// all addresses together may do so many a second.
func newBounds(every time.Duration, burst int, all rate.Limit) *bounds {
	return &bounds{all: rate.NewLimiter(all, max(1, int(all))), seed: maphash.MakeSeed(), every: every, burst: burst}
}

// allow reports whether an address may do one more now. Addresses of one network of IPv6 (64
// bits) count as one.
func (b *bounds) allow(remote string, now time.Time) bool {
	at := maphash.String(b.seed, network(remote)) % buckets
	b.mu.Lock()
	defer b.mu.Unlock()
	until := b.until[at]
	if until.Before(now) {
		until = now
	}
	until = until.Add(b.every)
	if until.Sub(now) > time.Duration(b.burst)*b.every || !b.all.AllowN(now, 1) {
		return false
	}
	b.until[at] = until
	return true
}

// network returns what of a remote address counts.
func network(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	address := at.Addr().Unmap()
	if address.Is6() {
		if prefix, err := address.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return address.String()
}
