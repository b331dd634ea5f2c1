package projection

import "sync"

// A notifier wakes those who wait for the fold.
type notifier struct {
	mu       sync.Mutex
	sequence int64                    // guarded by mu; of the last change folded
	verified bool                     // guarded by mu; sequence is of the record that is folded
	passed   chan struct{}            // guarded by mu; closed at the next fold
	refused  error                    // guarded by mu; why the newest fold failed, or nil
	halted   chan struct{}            // guarded by mu; closed while refused is set
	named    map[string]chan struct{} // guarded by mu; closed when a fold notifies the name
}

func newNotifier(sequence int64) *notifier {
	return &notifier{sequence: sequence, verified: sequence <= 0, passed: make(chan struct{}), halted: make(chan struct{}), named: make(map[string]chan struct{})}
}

// advance publishes that the cursor is at a sequence, and wakes those who wait for
// the names.
func (n *notifier) advance(sequence int64, names map[string]struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sequence, n.verified = sequence, true
	if n.refused != nil {
		n.refused, n.halted = nil, make(chan struct{})
	}
	close(n.passed)
	n.passed = make(chan struct{})
	for name := range names {
		if waiting, ok := n.named[name]; ok {
			close(waiting)
			delete(n.named, name)
		}
	}
}

// verify publishes that the sequence of a file that was there before is of the
// record that is folded.
func (n *notifier) verify() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.verified {
		n.verified = true
		close(n.passed)
		n.passed = make(chan struct{})
	}
}

// reached returns whether the cursor is at a sequence or later, in the record
// that is folded.
func (n *notifier) reached(sequence int64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.verified && n.sequence >= sequence
}

// halt publishes that the disk refuses writes, until the next advance: whoever waits
// receives the reason at once.
func (n *notifier) halt(why error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.refused == nil {
		close(n.halted)
	}
	n.refused = why
}

// status returns the sequence of the cursor, the channels that are closed when it
// advances and when it halts, and why it has halted, or nil.
func (n *notifier) status() (sequence int64, passed, halted <-chan struct{}, why error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sequence, n.passed, n.halted, n.refused
}

// changed returns a channel that is closed when a fold notifies the name, or, if
// name is "", when the cursor advances.
func (n *notifier) changed(name string) <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if name == "" {
		return n.passed
	}
	waiting, ok := n.named[name]
	if !ok {
		waiting = make(chan struct{})
		n.named[name] = waiting
	}
	return waiting
}
