package topics

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
)

// After a failure a document is tried again soon, after many in a row less and less
// often, and no longer than its context lasts.
func TestRetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reception{Inbox: &Inbox{Log: zap.NewNop()}}
		var waits []time.Duration
		last := time.Now()
		done := r.retry(t.Context(), "trouble", func() error {
			if waits = append(waits, time.Since(last)); len(waits) == 12 {
				return nil
			}
			last = time.Now()
			return errors.New("trouble")
		})
		want := []time.Duration{0, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000}
		for i := range want {
			want[i] *= time.Millisecond
		}
		if !done || !slices.Equal(waits, want) {
			t.Errorf("done %t after waits of %v, want %v", done, waits, want)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		started := time.Now()
		if r.retry(ctx, "trouble", func() error { return errors.New("trouble") }) || time.Since(started) != time.Minute {
			t.Errorf("ended after %s, want a minute", time.Since(started))
		}
		if r.retry(ctx, "trouble", func() error { t.Error("tried after the end"); return nil }) {
			t.Error("succeeded after the end")
		}
	})
}
