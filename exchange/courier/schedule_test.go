package courier_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"beibu/exchange/courier"
)

// One failure is followed soon; many in a row are followed less and less often. The
// values are part of the promise: the jitter follows from identity and failures alone.
func TestWait(t *testing.T) {
	const (
		first = 100 * time.Millisecond
		most  = 30 * time.Second
	)
	for _, test := range []struct {
		failures int
		whole    time.Duration
	}{{0, first}, {1, first}, {2, 2 * first}, {3, 4 * first}, {9, 25600 * time.Millisecond}, {10, most}, {1000, most}, {1 << 40, most}} {
		for _, identity := range []string{"", "gx-customs/1", "window-vn/1"} {
			got := courier.DefaultSchedule.Wait(test.failures, identity)
			if got < test.whole/2 || got > test.whole {
				t.Errorf("after %d failures of %q %s, want %s to %s", test.failures, identity, got, test.whole/2, test.whole)
			}
		}
	}
	if a, b := courier.DefaultSchedule.Wait(10, "gx-customs/1"), courier.DefaultSchedule.Wait(10, "window-vn/1"); a == b {
		t.Errorf("two receivers that fail at once wait %s both", a)
	}
}

func TestWaitProperties(t *testing.T) {
	durations := rapid.Int64Range(1, int64(24*time.Hour))
	rapid.Check(t, func(t *rapid.T) {
		s := courier.Schedule{First: time.Duration(durations.Draw(t, "first")), Most: time.Duration(durations.Draw(t, "most"))}
		identity, failures := rapid.String().Draw(t, "identity"), rapid.Int().Draw(t, "failures")
		wait := s.Wait(failures, identity)
		if wait != s.Wait(failures, identity) {
			t.Fatal("not a function of failures and identity")
		}
		if wait < min(s.First, s.Most)/2 || wait > s.Most {
			t.Fatalf("%s is not between a half of %s and %s", wait, s.First, s.Most)
		}
		if failures < 1<<40 && s.Wait(failures+1, identity) < wait/2 {
			t.Fatalf("one failure more waits %s, before %s", s.Wait(failures+1, identity), wait)
		}
		now, after := time.Unix(durations.Draw(t, "now"), 0), time.Duration(durations.Draw(t, "after"))
		if next := s.Next(now, failures, identity, after); next.Before(now.Add(after)) || next.Before(now.Add(wait)) {
			t.Fatalf("next try at %s, %s after now was asked for", next, after)
		}
	})
}
