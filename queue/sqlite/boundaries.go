package sqlite

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// changes creates the table of the changes of shared settings, numbered in their
// order, since two may have one first position. It is created at the first change, so
// that a file without one stays as it is.
const changes = `CREATE TABLE IF NOT EXISTS boundary (
	number INTEGER PRIMARY KEY,
	name   TEXT NOT NULL,
	value  TEXT NOT NULL,
	first  INTEGER NOT NULL,
	UNIQUE (name, value)) STRICT`

// boundaries are the changes of shared settings, by name, in order. The writer
// publishes them with the commit that contains them: before any entry behind it
// is known to anyone.
type boundaries struct {
	conn  *sqlitefile.Conn
	now   map[string][]queue.Boundary // of the open transaction; never changed in place
	known atomic.Pointer[map[string][]queue.Boundary]
}

// load reads what the file holds.
func (b *boundaries) load(c *sqlitefile.Conn) error {
	b.conn, b.now = c, make(map[string][]queue.Boundary)
	b.keep()
	there, err := c.Number(`SELECT count(*) FROM sqlite_schema WHERE name = 'boundary'`)
	if err != nil || there == 0 {
		return err
	}
	all, err := c.Prepare(`SELECT name, value, first FROM boundary ORDER BY number`)
	if err != nil {
		return err
	}
	err = all.Query(func(row sqlitefile.Row) error {
		name := row.Text(0)
		b.now[name] = append(b.now[name], queue.Boundary{Value: row.Text(1), First: []int64{row.Int(2)}})
		return nil
	})
	if err != nil {
		return fmt.Errorf("read boundaries: %w", err)
	}
	return nil
}

// keep publishes what a commit has made durable.
func (b *boundaries) keep() {
	now := b.now
	b.known.Store(&now)
}

// undo drops what a rollback took back.
func (b *boundaries) undo() { b.now = *b.known.Load() }

// add records a change, unless it is on record. It is called within a
// transaction.
func (b *boundaries) add(name, value string, first int64) error {
	if slices.ContainsFunc(b.now[name], func(known queue.Boundary) bool { return known.Value == value }) {
		return nil
	}
	if err := b.conn.Run(changes); err != nil {
		return fmt.Errorf("create boundaries: %w", err)
	}
	put, err := b.conn.Prepare(`INSERT INTO boundary (name, value, first) VALUES (?, ?, ?)`)
	if err != nil {
		return err
	}
	if err := put.Exec(name, value, first); err != nil {
		return fmt.Errorf("record boundary: %w", err)
	}
	b.now = maps.Clone(b.now)
	b.now[name] = append(slices.Clip(b.now[name]), queue.Boundary{Value: value, First: []int64{first}})
	return nil
}

// SettingAt returns the value of a setting at a position; see [queue.Settings].
func (s *Store) SettingAt(name string, position int64) (string, error) {
	if position < 1 {
		return "", fmt.Errorf("find setting at %d: %w", position, queue.ErrInvalid)
	}
	return queue.ValueAt(s.shared[name], s.Boundaries(name), position), nil
}

// Boundaries returns the changes of a setting; see [queue.Settings].
func (s *Store) Boundaries(name string) []queue.Boundary {
	return (*s.writer.tx.boundaries.known.Load())[name]
}

// ChangeSetting changes a setting for all entries that are admitted from now on;
// see [queue.Settings].
func (s *Store) ChangeSetting(ctx context.Context, name, value string) error {
	return s.change(ctx, name, value, func(*transaction) error { return nil })
}

// change changes a setting, and whatever else is to change with it.
func (s *Store) change(ctx context.Context, name, value string, also func(*transaction) error) error {
	if err := queue.CheckChange(s.shared[name], name, value); err != nil {
		return err
	}
	err := s.write(ctx, len(name)+len(value), func(tx *transaction) error {
		if err := tx.boundaries.add(name, value, tx.last+1); err != nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return unavailable("change setting", err)
	}
	return nil
}
