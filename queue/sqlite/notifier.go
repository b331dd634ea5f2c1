package sqlite

import "sync"

// A bell tells those who wait how far something has come.
type bell struct {
	mu   sync.Mutex
	at   int64         // guarded by mu
	rung chan struct{} // guarded by mu; closed at the next ring
}

func newBell(at int64) *bell {
	return &bell{at: at, rung: make(chan struct{})}
}

// ring says that at was reached. Nothing rings where it was before.
func (b *bell) ring(at int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at <= b.at {
		return
	}
	b.at = at
	close(b.rung)
	b.rung = make(chan struct{})
}

// reached returns how far it has come and a channel closed when it has come
// further.
func (b *bell) reached() (int64, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at, b.rung
}
