package sqlite

import (
	"fmt"
	"io"
	"path/filepath"

	sqlite3 "modernc.org/sqlite/lib"
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

type holding struct{ held *connection }

// Close releases the lock.
func (h holding) Close() error { return h.held.close() }

// lock keeps every other store off the file for as long as the returned
// connection is open. The queue's own file must stay open to the readers, so
// the lock is on an empty file beside it. It is SQLite's own lock: it works on every
// system, also within one process, and ends with the process in any case.
func lock(path string) (*connection, error) {
	path += "-lock"
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("make lock file: %w", err)
	}
	c, err := connect(path)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	// In memory, so that a transaction that writes nothing has no third file.
	if err = c.run(`PRAGMA journal_mode = MEMORY`); err == nil {
		err = c.run(`BEGIN EXCLUSIVE`)
	}
	if err == nil {
		return c, nil
	}
	_ = c.close() // the refusal is what counts
	if primary(err) == sqlite3.SQLITE_BUSY {
		return nil, fmt.Errorf("%w: held by %s", ErrInUse, path)
	}
	return nil, fmt.Errorf("lock: %w", err)
}
