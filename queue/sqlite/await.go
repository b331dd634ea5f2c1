package sqlite

import (
	"context"
	"time"
)

// roundTime is what lies between the beginnings of two rounds of a Dispatch or
// a Follow, at least. Each round ends in a commit, here or in an index, which
// costs about the same for one change as for many. The first change after a
// while is taken at once.
const roundTime = 2 * time.Millisecond

// A gait keeps rounds apart.
type gait struct{ last time.Time }

// rest waits until the next round may begin, or until ctx ends.
func (g *gait) rest(ctx context.Context) {
	if wait := time.Until(g.last.Add(roundTime)); wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	g.last = time.Now()
}

// await waits until a bell is above done, and for the time of the next round.
func (s *Store) await(ctx context.Context, b *bell, done int64, rounds *gait) error {
	for {
		at, rung := b.reached()
		if at > done {
			rounds.rest(ctx)
			return ctx.Err()
		}
		select {
		case <-rung:
		case <-s.closed:
			return errClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
