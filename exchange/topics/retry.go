package topics

import (
	"context"
	"time"
)

// How long is waited after the first failure and, at most, after many.
const (
	firstWait = 100 * time.Millisecond
	mostWait  = 30 * time.Second
)

// wait returns how long to wait after so many failures in a row.
func wait(failures int) time.Duration {
	return min(firstWait<<min(max(failures-1, 0), 16), mostWait)
}

// pause waits. It is false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
