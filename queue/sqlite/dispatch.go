package sqlite

import (
	"context"
	"fmt"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// Dispatch handles owning entries in log order; see [queue.Dispatcher]. A second
// Dispatch waits until the first has ended. If the disk refuses, it fails with
// [queue.ErrUnavailable], and the next call continues behind the last batch.
func (s *Store) Dispatch(ctx context.Context, handle func(context.Context, []queue.Entry) ([]queue.Event, error)) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return nil
	}
	var done int64
	err := s.read(ctx, func(r *reader) (err error) {
		done, err = r.dispatched.Number()
		return err
	})
	var rounds pacer
	for err == nil {
		if err = s.await(ctx, s.writer.entries, done, &rounds); err == nil {
			done, err = s.hand(ctx, done, handle)
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// hand calls handle with the next batch. It writes the events and the progress in one
// transaction, and returns the position of the last entry that is done.
func (s *Store) hand(ctx context.Context, done int64, handle func(context.Context, []queue.Entry) ([]queue.Event, error)) (int64, error) {
	var batch []queue.Entry
	err := s.read(ctx, func(r *reader) error {
		var known bool
		if batch, known = s.writer.tx.recent.entries(done); known {
			return nil
		}
		return r.entries.Query(func(row sqlitefile.Row) error {
			e, err := scanEntry(row)
			batch = append(batch, e)
			return err
		}, done, int64(page))
	})
	if err != nil {
		return done, unavailable("read log", err)
	}
	if len(batch) == 0 {
		return done, fmt.Errorf("read log: %w: nothing after %d", queue.ErrUnavailable, done)
	}
	events, err := handle(ctx, batch)
	if err != nil {
		return done, err
	}
	size, err := measure(events)
	if err != nil {
		return done, err
	}
	last := batch[len(batch)-1].Position
	// A handled batch is written even if ctx has just ended, so that it is not handled
	// again.
	err = s.write(context.WithoutCancel(ctx), size, func(tx *transaction) error {
		if err := tx.append(events); err != nil {
			return err
		}
		return tx.dispatched(last)
	})
	if err != nil {
		return done, unavailable("finish batch", err)
	}
	return last, nil
}
