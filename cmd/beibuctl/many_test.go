package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// What is done at once comes out in order, whatever each takes, and never more
// than n are at work.
func TestInOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		takes := rapid.SliceOfN(rapid.IntRange(0, 50), 0, 40).Draw(r, "takes")
		n := rapid.IntRange(1, 8).Draw(r, "n")
		synctest.Test(t, func(t *testing.T) {
			var working, most atomic.Int64
			var got []int
			err := inOrder(t.Context(), n, takes, func(ctx context.Context, took int) int {
				now := working.Add(1)
				for {
					if old := most.Load(); now <= old || most.CompareAndSwap(old, now) {
						break
					}
				}
				wait, cancel := context.WithTimeout(ctx, time.Duration(took)*time.Millisecond)
				defer cancel()
				<-wait.Done()
				working.Add(-1)
				return took
			}, func(took int) error {
				got = append(got, took)
				return nil
			})
			if err != nil || !slices.Equal(got, takes) || most.Load() > int64(n) {
				t.Errorf("got %v, %v with %d at once", got, err, most.Load())
			}
		})
	})
}

// An interruption and a failed take end the work, and nothing is left running.
func TestInOrderEnds(t *testing.T) {
	enough := errors.New("enough")
	for name, test := range map[string]struct {
		take error
		want error
	}{"interrupted": {nil, context.DeadlineExceeded}, "take failed": {enough, enough}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				items := make([]int, 100)
				items[0] = 1 // is done at once; the others last until they are stopped
				err := inOrder(ctx, 4, items, func(ctx context.Context, quick int) int {
					if quick == 0 {
						<-ctx.Done()
					}
					return 0
				}, func(int) error { return test.take })
				if !errors.Is(err, test.want) {
					t.Errorf("got %v, want %v", err, test.want)
				}
			})
		})
	}
}
