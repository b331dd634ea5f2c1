package journal

import "sync"

// bells tell those who wait how far the fold has come.
type bells struct {
	mu       sync.Mutex
	sequence int64                    // guarded by mu
	passed   chan struct{}            // guarded by mu; closed at the next fold
	refused  error                    // guarded by mu; why the newest fold failed, or nil
	halted   chan struct{}            // guarded by mu; closed while refused is set
	opened   map[string]chan struct{} // guarded by mu; by receiver, closed when a delivery to it opens
}

func newBells(sequence int64) *bells {
	return &bells{sequence: sequence, passed: make(chan struct{}), halted: make(chan struct{}), opened: make(map[string]chan struct{})}
}

// ring says that the fold has come to a sequence and opened deliveries to the
// receivers.
func (b *bells) ring(sequence int64, receivers map[string]struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sequence = sequence
	if b.refused != nil {
		b.refused, b.halted = nil, make(chan struct{})
	}
	close(b.passed)
	b.passed = make(chan struct{})
	for receiver := range receivers {
		if waiting, ok := b.opened[receiver]; ok {
			close(waiting)
			delete(b.opened, receiver)
		}
	}
}

// halt says that the fold failed since the disk refuses the index. It lasts until
// the next ring: whoever waits learns the reason at once.
func (b *bells) halt(why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refused == nil {
		close(b.halted)
	}
	b.refused = why
}

// waits returns how far the fold has come, the channels closed when it comes
// further and when it halts, and why it has halted, or nil.
func (b *bells) waits() (sequence int64, passed, halted <-chan struct{}, why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sequence, b.passed, b.halted, b.refused
}

// reached returns how far the fold has come and a channel closed when it has
// come further.
func (b *bells) reached() (int64, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sequence, b.passed
}

// opening returns a channel closed when a delivery to the receiver opens.
func (b *bells) opening(receiver string) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	waiting, ok := b.opened[receiver]
	if !ok {
		waiting = make(chan struct{})
		b.opened[receiver] = waiting
	}
	return waiting
}
