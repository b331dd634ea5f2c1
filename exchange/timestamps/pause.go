package timestamps

import (
	"context"
	"time"
)

// The first and the longest pause.
const (
	firstPause, longestPause   = 5 * time.Second, 5 * time.Minute // before an authority that is down is asked again
	firstPutOff, longestPutOff = time.Minute, 24 * time.Hour      // before it is asked again for a stamp that did not hold
)

// pause returns how long to wait after so many failures in a row. It is a function of
// their number, as putOff is of the number that the store keeps, and no backoff/v5.
func pause(failures int) time.Duration { return doubled(firstPause, longestPause, failures) }

// putOff returns how long an exchange waits after so many answers that were not
// accepted.
func putOff(attempts int) time.Duration { return doubled(firstPutOff, longestPutOff, attempts) }

func doubled(first, longest time.Duration, times int) time.Duration {
	for d := first; ; d *= 2 {
		if times--; times <= 0 || d >= longest {
			return min(d, longest)
		}
	}
}

// sleep waits for d, or until more is closed. It returns false if ctx ended.
func sleep(ctx context.Context, d time.Duration, more <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-more:
	}
	return true
}
