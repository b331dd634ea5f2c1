package sqlite

import (
	"fmt"
	"io"
	"path/filepath"

	"beibu/queue/sqlitefile"
)

// Hold locks a path until the lock is closed or the process ends; until then another
// Hold of the path fails with [ErrInUse]. It is for callers that protect more than the
// file of a queue.
func Hold(path string) (io.Closer, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	c, err := lock(path)
	if err != nil {
		return nil, err
	}
	return holding{c}, nil
}

type holding struct{ held *sqlitefile.Conn }

// Close releases the lock.
func (h holding) Close() error { return h.held.Close() }

// lock keeps every other store off the file for as long as the returned
// connection is open. The queue's own file must stay open to the readers, so
// the lock is on an empty file beside it. It is SQLite's own lock: it works on every
// system, also within one process, and ends with the process in any case.
func lock(path string) (*sqlitefile.Conn, error) {
	path += "-lock"
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("make lock file: %w", err)
	}
	c, err := sqlitefile.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	// In memory, so that a transaction that writes nothing has no third file.
	if err = c.Run(`PRAGMA journal_mode = MEMORY`); err == nil {
		err = c.Run(`BEGIN EXCLUSIVE`)
	}
	if err == nil {
		return c, nil
	}
	_ = c.Close() // the refusal is what counts
	if sqlitefile.IsBusy(err) {
		return nil, fmt.Errorf("%w: held by %s", ErrInUse, path)
	}
	return nil, fmt.Errorf("lock: %w", err)
}
