package claims

import (
	"sync"
	"time"
)

// The breaker opens after so many failures in a row, and lets one call through
// each rest.
const (
	failuresToOpen = 3
	rest           = 5 * time.Second
)

// A breaker keeps documents from waiting for a server that does not answer.
type breaker struct {
	mu       sync.Mutex
	failures int       // in a row; guarded by mu
	next     time.Time // while open: when a call is let through again; guarded by mu
}

// lets reports whether a call may be made now. While the breaker is open, one in
// each rest may.
func (b *breaker) lets(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < failuresToOpen {
		return true
	}
	if now.Before(b.next) {
		return false
	}
	b.next = now.Add(rest)
	return true
}

// note takes in how a call went, and reports whether the breaker opened or
// closed by it.
func (b *breaker) note(now time.Time, err error) (turned bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		turned = b.failures >= failuresToOpen
		b.failures = 0
		return turned
	}
	b.failures = min(b.failures+1, failuresToOpen+1)
	if b.failures == failuresToOpen {
		b.next = now.Add(rest)
		return true
	}
	return false
}
