package topics

import (
	"context"
	"testing"
	"time"
)

// A failure is followed soon; many in a row ask less and less often.
func TestWait(t *testing.T) {
	for failures, want := range map[int]time.Duration{
		0: 100 * time.Millisecond, 1: 100 * time.Millisecond, 2: 200 * time.Millisecond, 3: 400 * time.Millisecond,
		9: 25600 * time.Millisecond, 10: 30 * time.Second, 1000: 30 * time.Second, 1 << 40: 30 * time.Second,
	} {
		if got := wait(failures); got != want {
			t.Errorf("after %d failures %s, want %s", failures, got, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if pause(ctx, time.Hour) || !pause(t.Context(), 0) {
		t.Error("a pause ends with its time or its context")
	}
}
