package operator

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"beibu/exchange"
	"beibu/queue"
)

// glassSession is how long a use of a break-glass account counts as one in the record.
const glassSession = time.Hour

// BreakGlass records the use of accounts for emergencies, by whichever way in. It is safe
// for concurrent use.
type BreakGlass struct {
	Recorder *exchange.Recorder

	uses  atomic.Int64
	mu    sync.Mutex
	since map[string]time.Time // when the use in the record began, by the name of the account; guarded by mu
}

// Use counts the use of an account for something, and records the first one in an hour. If
// it fails, what was asked for must not be done.
func (b *BreakGlass) Use(ctx context.Context, account, what string, at time.Time) error {
	b.uses.Add(1)
	if b.recorded(account, at) {
		return nil
	}
	err := b.Recorder.Record(ctx, exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectAction, ID: account}, Name: exchange.BreakGlassUsed, At: queue.Stored(at),
		Cause: exchange.Cause{Code: "break-glass", Actor: account, Reason: what},
	})
	if err == nil {
		b.start(account, at)
	}
	return err
}

// Uses returns how many uses there were.
func (b *BreakGlass) Uses() int64 { return b.uses.Load() }

// recorded reports whether a use of an account at a time belongs to one in the record.
func (b *BreakGlass) recorded(account string, at time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	since, used := b.since[account]
	return used && at.Before(since.Add(glassSession))
}

// start notes a use that is in the record.
func (b *BreakGlass) start(account string, at time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.since == nil {
		b.since = make(map[string]time.Time)
	}
	b.since[account] = at
}
