package sqlite

import (
	"context"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// Follow calls fold with the changes of the record after a sequence; see [queue.Feed].
// It reads the changes in pages, from memory or from the file, and waits for new ones.
func (s *Store) Follow(ctx context.Context, after int64, fold func(context.Context, []queue.Change) error) error {
	var err error
	var rounds pacer
	for err == nil {
		if err = s.await(ctx, s.writer.record, after, &rounds); err != nil {
			break
		}
		var changes []queue.Change
		if changes, rounds.full, err = s.changes(ctx, after); err == nil && len(changes) > 0 {
			after, rounds.changes = changes[len(changes)-1].Sequence, len(changes)
			err = fold(ctx, changes)
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// changes reads the next page of the record, and reports whether it is full.
func (s *Store) changes(ctx context.Context, after int64) (changes []queue.Change, full bool, err error) {
	err = s.read(ctx, func(r *reader) (err error) {
		var known bool
		if changes, known = s.writer.tx.recent.page(after); known {
			full = len(changes) == recentPage
			return nil
		}
		err = r.changes.Query(func(row sqlitefile.Row) error {
			c, err := scanChange(row)
			changes = append(changes, c)
			return err
		}, after, int64(page))
		full = len(changes) == page
		return err
	})
	if err != nil {
		return nil, false, unavailable("read record", err)
	}
	return changes, full, nil
}

// scanChange reads a row of the columns of an event, or of those of an entry
// with ofEntry behind them.
func scanChange(row sqlitefile.Row) (c queue.Change, err error) {
	c.Sequence = row.Int(0)
	if row.Int(7) < 0 {
		e, err := scanEntry(row)
		c.Entry = &e
		return c, err
	}
	e, err := scanEvent(row)
	c.Event = &e
	return c, err
}
