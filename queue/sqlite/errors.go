package sqlite

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"beibu/queue"
)

// errClosed is the error of every call on a store that is closed.
var errClosed = fmt.Errorf("store closed: %w", queue.ErrUnavailable)

// unavailable wraps an error of SQLite, the disk or a context.
func unavailable(op string, err error) error {
	if errors.Is(err, queue.ErrUnavailable) || errors.Is(err, queue.ErrInvalid) {
		return fmt.Errorf("%s: %w", op, err)
	}
	if primary(err) == sqlite3.SQLITE_FULL {
		return fmt.Errorf("%s: %w: %w: %w", op, queue.ErrUnavailable, queue.ErrFull, err)
	}
	return fmt.Errorf("%s: %w: %w", op, queue.ErrUnavailable, err)
}

// primary returns SQLite's primary result code within err, or 0.
func primary(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// foreign distinguishes a file that is no database from one that cannot be read.
func foreign(err error) error {
	if primary(err) == sqlite3.SQLITE_NOTADB {
		return fmt.Errorf("%w: %w", ErrForeign, err)
	}
	return err
}
