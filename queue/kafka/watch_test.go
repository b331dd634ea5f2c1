package kafka

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A dispatch is left if it makes no progress while log has more, and only then.
func TestWatchLeavesDispatchWithoutProgress(t *testing.T) {
	for name, test := range map[string]struct {
		dispatched []int64 // at every tick, the last one to the end
		left       bool
	}{
		"at the end":      {[]int64{5}, false},
		"always behind":   {[]int64{0, 1, 2, 3, 4, 5}, false},
		"from the start":  {[]int64{0}, true},
		"in between":      {[]int64{0, 1, 2}, true},
		"only for a time": {[]int64{1, 5}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := offline()
				q.cluster = &cluster{options: Options{Stall: 10 * time.Second}}
				q.options = q.cluster.options
				if err := q.owners.consume(1, answer{records: entries("a", "b", "c", "d", "e")}); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				p := &progress{partition: 1}
				left := false
				go (&dispatch{q: q}).watch(ctx, p, func() { left = true; cancel() })
				for _, at := range test.dispatched {
					p.dispatched.Store(at)
					<-time.After(21 * time.Second) // of the bubble
				}
				<-time.After(time.Hour)
				cancel()
				synctest.Wait()
				if left != test.left || q.cluster.restarts.Load() > 0 != test.left {
					t.Errorf("left %t after %d restarts, want %t", left, q.cluster.restarts.Load(), test.left)
				}
			})
		})
	}
}

// Each attempt to write has its own deadline, and continues for a while if the
// partition is lost meanwhile.
func TestEachWriteHasItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		attempts := 0
		err := writeUntilDone(ctx, func(ctx context.Context) error {
			if attempts++; attempts == 3 {
				return ctx.Err()
			}
			<-ctx.Done() // the brokers are away
			return ctx.Err()
		})
		if err != nil || attempts != 3 {
			t.Errorf("%d attempts, %v", attempts, err)
		}
		err = writeUntilDone(ctx, func(ctx context.Context) error {
			cancel()
			return ctx.Err()
		})
		if err != nil {
			t.Errorf("not written: %v", err)
		}
		refused := errors.New("refused")
		if err := writeUntilDone(ctx, func(context.Context) error { return refused }); !errors.Is(err, refused) {
			t.Errorf("error %v, want %v", err, refused)
		}
	})
}
