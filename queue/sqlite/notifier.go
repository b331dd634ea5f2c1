package sqlite

import (
	"context"
	"sync"
	"time"
)

// A notifier publishes a sequence that rises, and wakes the calls that wait for it.
type notifier struct {
	mu      sync.Mutex
	at      int64         // guarded by mu
	changed chan struct{} // guarded by mu; closed at the next notify
}

func newNotifier(at int64) *notifier {
	return &notifier{at: at, changed: make(chan struct{})}
}

// notify publishes the sequence at, unless it was published before.
func (b *notifier) notify(at int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at <= b.at {
		return
	}
	b.at = at
	close(b.changed)
	b.changed = make(chan struct{})
}

// reached returns the newest sequence, and a channel that is closed when a newer one
// is published.
func (b *notifier) reached() (int64, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at, b.changed
}

// roundTime is the shortest time between the beginnings of two rounds of a Dispatch or
// a Follow. Each round ends in a commit, here or in an index, which costs about the
// same for one change as for many. The first change after a pause is read at once.
const roundTime = 2 * time.Millisecond

// A Follow that keeps up has longer rounds if there are many changes: changeTime for each
// change of the last round, up to busyTime. Then most folds find an entry together with
// its first events, and an index writes its row once, and each of its pages for many
// entries. Below 5,000 changes a second the rounds become as short as roundTime, so that
// nobody waits longer for an index that has time. A full page has more behind it, for
// which there is nothing to wait.
const (
	changeTime = 200 * time.Microsecond
	busyTime   = 32 * time.Millisecond
)

// A pacer limits the rate of rounds.
type pacer struct {
	last    time.Time
	changes int  // of the last round of a Follow
	full    bool // that was a full page
}

// length returns the shortest time from the last round to the next.
func (g *pacer) length() time.Duration {
	if g.full {
		return roundTime
	}
	return min(max(roundTime, time.Duration(g.changes)*changeTime), busyTime)
}

// wait waits until the next round may begin, or until ctx ends.
func (g *pacer) wait(ctx context.Context) {
	if wait := time.Until(g.last.Add(g.length())); wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	g.last = time.Now()
}

// await waits until a notifier is above done, and until the next round may begin.
func (s *Store) await(ctx context.Context, b *notifier, done int64, rounds *pacer) error {
	for {
		at, changed := b.reached()
		if at > done {
			rounds.wait(ctx)
			return ctx.Err()
		}
		select {
		case <-changed:
		case <-s.closed:
			return errClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
