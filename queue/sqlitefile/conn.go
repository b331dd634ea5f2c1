// Package sqlitefile opens SQLite files for the store and for every projection: one
// connection, its prepared statements, and what its errors mean. No other package
// uses the library.
//
// That is zombiezen.com/go/sqlite, the same engine as modernc.org/sqlite without
// database/sql. Beside the driver of that it takes 0.17 to 0.42 of the allocations and,
// of the processor's time, 0.83 for a fold, 0.75 for a rebuild, 0.69 to 0.78 for lists,
// 0.98 to accept a document, 1.01 from an admission to the last event, and 1.11 for the
// admission alone, since it copies a blob byte by byte.
package sqlitefile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	sqlite3 "modernc.org/sqlite/lib"
	"zombiezen.com/go/sqlite"
)

// fixPageSize corrects the size of a memory page, on Linux with arm64, which the
// library alone takes for 4 KiB.
var fixPageSize = sync.OnceFunc(sqlite3.PatchIssue199)

// A Conn is a connection, for one goroutine at a time.
type Conn struct {
	raw      *sqlite.Conn
	prepared map[string]Statement // by text
	ended    chan struct{}        // closed to interrupt what runs
}

// Open opens the file at path, which is absolute and must exist, and applies pragmas
// in their order. The connection waits for a lock only as long as busy_timeout says.
func Open(path string, pragmas ...string) (*Conn, error) {
	fixPageSize()
	raw, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return nil, err
	}
	raw.SetBusyTimeout(0) // in place of a wait without end
	c := &Conn{raw: raw, prepared: make(map[string]Statement)}
	c.arm()
	for _, pragma := range pragmas {
		if err := c.Run(`PRAGMA ` + pragma); err != nil {
			return nil, errors.Join(fmt.Errorf("set %s: %w", pragma, err), c.Close())
		}
	}
	return c, nil
}

// Close ends the connection and the statements prepared on it.
func (c *Conn) Close() error { return c.raw.Close() }

// Prepare returns a statement that lives as long as its connection. The same text
// gives the same statement, whose values are bound and never part of the text.
func (c *Conn) Prepare(text string) (Statement, error) {
	// The library clears the values of a statement that it has, and SQLite then
	// compiles it again.
	if s, ok := c.prepared[text]; ok {
		return s, nil
	}
	raw, err := c.raw.Prepare(text)
	if err != nil {
		return Statement{}, err
	}
	c.prepared[text] = Statement{raw}
	return c.prepared[text], nil
}

// Run executes a statement once.
func (c *Conn) Run(text string, values ...any) error {
	return c.once(text, func(s Statement) error { return s.Exec(values...) })
}

// Number runs a query once that gives one integer, or 0 if it gives no row.
func (c *Conn) Number(text string) (n int64, err error) {
	err = c.once(text, func(s Statement) (err error) {
		n, err = s.Number()
		return err
	})
	return n, err
}

func (c *Conn) once(text string, do func(Statement) error) error {
	raw, rest, err := c.raw.PrepareTransient(text)
	if err != nil {
		return err
	}
	if rest > 0 {
		err = errors.New("prepare statement: it is more than one")
	} else {
		err = do(Statement{raw})
	}
	return errors.Join(err, raw.Finalize())
}

// Within runs do, whose statements on the connection are interrupted if ctx ends. It
// then fails with the error of ctx.
func (c *Conn) Within(ctx context.Context, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err // a short statement may end before it is interrupted
	}
	// The library would start and await a goroutine for each channel, so that one
	// channel serves until it is closed.
	ended := c.ended
	stop := context.AfterFunc(ctx, func() { close(ended) })
	err := do()
	if stop() {
		return err
	}
	<-ended // so that no later statement is interrupted
	c.arm()
	if has(err, sqlite.ResultInterrupt) {
		return ctx.Err()
	}
	return err
}

// arm makes the library interrupt what runs on the connection when ended is closed.
func (c *Conn) arm() {
	c.ended = make(chan struct{})
	c.raw.SetInterrupt(c.ended)
}

// IsBusy returns whether err says that another connection has the lock.
func IsBusy(err error) bool { return has(err, sqlite.ResultBusy) }

// IsFull returns whether err says that the disk is full, or the file at its bound.
func IsFull(err error) bool { return has(err, sqlite.ResultFull) }

// IsRefused returns whether err says that the disk refused a write, as a full one.
func IsRefused(err error) bool { return has(err, sqlite.ResultFull, sqlite.ResultIOErr) }

// IsForeign returns whether err says that the file is no database.
func IsForeign(err error) bool { return has(err, sqlite.ResultNotADB) }

// IsDamaged returns whether err says that the file is damaged or no database.
func IsDamaged(err error) bool { return has(err, sqlite.ResultCorrupt, sqlite.ResultNotADB) }

func has(err error, codes ...sqlite.ResultCode) bool {
	return err != nil && slices.Contains(codes, sqlite.ErrCode(err).ToPrimary())
}
