package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// inOrder does work on every item, on at most n at once, and hands what comes
// of it to take, one at a time and in the order of the items. If ctx ends,
// what was not started is left out, and its error is returned.
func inOrder[T, R any](ctx context.Context, n int, items []T, work func(context.Context, T) R, take func(R) error) error {
	done := make([]chan R, len(items))
	for i := range done {
		done[i] = make(chan R, 1)
	}
	ctx, stop := context.WithCancel(ctx)
	var next atomic.Int64
	var workers sync.WaitGroup
	defer workers.Wait()
	defer stop()
	for range min(n, len(items)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(items) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				done[i] <- work(ctx, items[i])
			}
		})
	}
	for _, one := range done {
		select {
		case result := <-one:
			if err := take(result); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// checkParallel bounds how many documents a command works on at once.
func checkParallel(n int) error {
	if n < 1 || n > 64 {
		return errors.New("--parallel is from 1 to 64")
	}
	return nil
}
