package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"beibu/queue"
	"beibu/queue/atomicfile"
	"beibu/queue/sqlitefile"
)

// ErrCopy means that a file is a copy of a queue: the queue may have admitted
// entries since that the copy does not have.
var ErrCopy = errors.New("queue file is a copy")

// The row of progress that a copy has, and what adds and removes it.
const (
	isCopy    = `SELECT count(*) FROM progress WHERE name = 'copied'`
	markCopy  = `INSERT OR REPLACE INTO progress VALUES ('copied', 1)`
	adoptCopy = `DELETE FROM progress WHERE name = 'copied'`
)

// A Copied is what a copy holds.
type Copied struct {
	Head       int64                       // the sequence of the newest change, or 0
	Boundaries map[string][]queue.Boundary // the changes of shared settings, by name
}

// Copy writes the queue at path, as it is at one moment, to a new file. A store may
// have it open and continues to write meanwhile, in this process or in another. The
// copy is durable when Copy returns, and it is marked: Open fails with [ErrCopy]
// until [Store.Adopt]. The file to must be missing or empty, and it is of no use if
// Copy fails. Copy fails with ErrForeign or ErrNewer as Open does.
func Copy(ctx context.Context, path, to string) (Copied, error) {
	copied, err := tryCopy(ctx, path, to)
	if err != nil {
		return Copied{}, fmt.Errorf("copy queue file %s: %w", path, err)
	}
	return copied, nil
}

func tryCopy(ctx context.Context, path, to string) (Copied, error) {
	if err := vacuum(ctx, path, to); err != nil {
		return Copied{}, err
	}
	to, err := filepath.Abs(to)
	if err != nil {
		return Copied{}, err
	}
	c, err := sqlitefile.Open(to, "synchronous(FULL)")
	if err != nil {
		return Copied{}, err
	}
	copied, err := describe(c)
	if err == nil {
		err = c.Run(markCopy)
	}
	if err = errors.Join(err, c.Close()); err != nil {
		return Copied{}, err
	}
	return copied, atomicfile.SyncFile(to)
}

// vacuum writes what a read transaction sees to another file. No writer waits for it.
func vacuum(ctx context.Context, path, to string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	c, err := sqlitefile.Open(path, "busy_timeout(10000)")
	if err != nil {
		return err
	}
	empty, err := examine(c)
	if err == nil && empty {
		err = ErrForeign
	}
	if err == nil {
		err = touch(to)
	}
	if err == nil {
		err = c.Within(ctx, func() error { return c.Run(`VACUUM INTO ?`, to) })
	}
	return errors.Join(err, c.Close())
}

// describe returns what a file holds.
func describe(c *sqlitefile.Conn) (Copied, error) {
	var tx transaction
	if err := tx.prepare(c); err != nil {
		return Copied{}, err
	}
	if err := tx.boundaries.load(c); err != nil {
		return Copied{}, err
	}
	return Copied{Head: tx.last, Boundaries: tx.boundaries.now}, nil
}

// copied reports whether a file is a copy that nobody has adopted.
func copied(c *sqlitefile.Conn) (bool, error) {
	n, err := c.Number(isCopy)
	return n > 0, err
}

// IsCopy reports whether the file was a copy when it was opened.
func (s *Store) IsCopy() bool { return s.writer.copy }

// Adopt makes a copy the queue, and gives a shared setting a new value for all
// entries that are admitted from now on, both or neither; see
// [queue.Settings.ChangeSetting]. A file that is no copy gets the new value alone.
func (s *Store) Adopt(ctx context.Context, name, value string) error {
	return s.change(ctx, name, value, func(tx *transaction) error { return tx.boundaries.conn.Run(adoptCopy) })
}
