package courier

import (
	"hash/fnv"
	"strconv"
	"time"
)

// A Schedule says when to try again after failures.
type Schedule struct {
	First time.Duration // about how long to wait after the first failure
	Most  time.Duration // how long to wait at most
	// Steps are how long to wait after each failure in turn, if the wait does not double:
	// the last one is for all that follow.
	Steps []time.Duration
}

// DefaultSchedule is that of receivers which are to have their deliveries within
// seconds of their return.
var DefaultSchedule = Schedule{First: 100 * time.Millisecond, Most: 30 * time.Second}

// Wait returns how long to wait after so many failures in a row. The wait is that of
// Steps, or doubles with each failure up to Most. The jitter takes up to a half of it
// away and follows from identity and failures, so that receivers which failed at once
// are not tried again at once.
func (s Schedule) Wait(failures int, identity string) time.Duration {
	wait := s.whole(failures)
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(identity))
	_, _ = sum.Write(strconv.AppendInt([]byte{'/'}, int64(failures), 10))
	return wait - time.Duration(sum.Sum64()%uint64(wait/2+1)) //nolint:gosec // no more than half of wait
}

// whole returns the wait without its jitter.
func (s Schedule) whole(failures int) time.Duration {
	if last := len(s.Steps) - 1; last >= 0 {
		return s.Steps[min(max(failures-1, 0), last)]
	}
	wait := min(s.First, s.Most)
	for n := 1; n < failures && wait < s.Most; n++ {
		wait = min(2*wait, s.Most)
	}
	return wait
}

// Next returns the time of the next try after so many failures in a row: after Wait, or
// after the time for which the receiver asked if that is longer.
func (s Schedule) Next(now time.Time, failures int, identity string, after time.Duration) time.Time {
	return now.Add(max(s.Wait(failures, identity), after))
}

// wake returns when the loop continues after a failure: at the next try, or when the
// first delivery is to be given up if that is earlier.
func wake(next, giveUp time.Time) time.Time {
	if giveUp.IsZero() || next.Before(giveUp) {
		return next
	}
	return giveUp
}
