package sqlite

import (
	"errors"
	"fmt"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// errClosed is the error of every call on a store that is closed.
var errClosed = fmt.Errorf("store closed: %w", queue.ErrUnavailable)

// unavailable wraps an error of SQLite, the disk or a context.
func unavailable(op string, err error) error {
	if errors.Is(err, queue.ErrUnavailable) || errors.Is(err, queue.ErrInvalid) {
		return fmt.Errorf("%s: %w", op, err)
	}
	if sqlitefile.IsFull(err) {
		return fmt.Errorf("%s: %w: %w: %w", op, queue.ErrUnavailable, queue.ErrFull, err)
	}
	return fmt.Errorf("%s: %w: %w", op, queue.ErrUnavailable, err)
}

// foreign distinguishes a file that is no database from one that cannot be read.
func foreign(err error) error {
	if sqlitefile.IsForeign(err) {
		return fmt.Errorf("%w: %w", ErrForeign, err)
	}
	return err
}
