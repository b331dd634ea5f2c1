package sqlitefile

import (
	"errors"
	"fmt"
	"slices"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// A failure is an error of SQLite's.
type failure struct {
	code    int32 // extended
	message string
}

// Error implements error.
func (f *failure) Error() string { return fmt.Sprintf("sqlite: %s (%d)", f.message, f.code) }

// failure returns the error that a result code says, or nil.
func (c *Conn) failure(code int32) error {
	switch code {
	case sqlite3.SQLITE_OK, sqlite3.SQLITE_ROW, sqlite3.SQLITE_DONE:
		return nil
	}
	return &failure{code, libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))}
}

// errInterrupted is of a statement that did not run, since its time had ended.
var errInterrupted = &failure{sqlite3.SQLITE_INTERRUPT, "interrupted"}

// IsBusy returns whether err says that another connection has the lock.
func IsBusy(err error) bool { return has(err, sqlite3.SQLITE_BUSY) }

// IsFull returns whether err says that the disk is full, or the file at its bound.
func IsFull(err error) bool { return has(err, sqlite3.SQLITE_FULL) }

// IsRefused returns whether err says that the disk refused a write, as a full one.
func IsRefused(err error) bool { return has(err, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR) }

// IsForeign returns whether err says that the file is no database.
func IsForeign(err error) bool { return has(err, sqlite3.SQLITE_NOTADB) }

// IsDamaged returns whether err says that the file is damaged or no database.
func IsDamaged(err error) bool { return has(err, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) }

// has reports whether an error is of SQLite's, and has one of these primary codes, which
// are the lowest byte of the extended ones.
func has(err error, codes ...int32) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && slices.Contains(codes, f.code&0xff)
}
