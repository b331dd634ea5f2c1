// Package sqlitefile opens SQLite files for the store and for every projection: one
// connection, its prepared statements, and what its errors mean. No other package
// uses the library.
//
// That is the C interface of modernc.org/sqlite, without database/sql. Values are copied
// once, to memory that a statement keeps for the engine. Beside
// zombiezen.com/go/sqlite, which takes memory for each value and copies it byte by byte,
// an acceptance over HTTP takes 0.96 of the processor's time.
package sqlitefile

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// start prepares the library. On Linux with arm64 it corrects the size of a memory page,
// which the library alone takes for 4 KiB.
var start = sync.OnceFunc(func() {
	sqlite3.PatchIssue199()
	tls := libc.NewTLS()
	defer tls.Close()
	sqlite3.Xsqlite3_initialize(tls)
})

// A Conn is a connection, for one goroutine at a time.
type Conn struct {
	tls         *libc.TLS
	db          uintptr
	prepared    map[string]Statement // by text
	interrupted atomic.Bool          // nothing runs until it is false again
}

// Open opens the file at path, which is absolute and must exist, and applies pragmas
// in their order. The connection waits for a lock only as long as busy_timeout says.
func Open(path string, pragmas ...string) (*Conn, error) {
	start()
	c := &Conn{tls: libc.NewTLS(), prepared: make(map[string]Statement)}
	if err := c.open(path); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), c.Close())
	}
	for _, pragma := range pragmas {
		if err := c.Run(`PRAGMA ` + pragma); err != nil {
			return nil, errors.Join(fmt.Errorf("set %s: %w", pragma, err), c.Close())
		}
	}
	return c, nil
}

func (c *Conn) open(path string) error {
	name, err := libc.CString(path)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	var code int32
	c.db, err = c.pointer(func(to uintptr) {
		code = sqlite3.Xsqlite3_open_v2(c.tls, name, to, sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_NOMUTEX, 0)
	})
	if err != nil {
		return err
	}
	if err := c.failure(code); err != nil {
		return err
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	// "Text" is the name of a column, and never a value.
	off := libc.NewVaList(int32(0), uintptr(0))
	defer libc.Xfree(c.tls, off)
	for _, option := range []int32{sqlite3.SQLITE_DBCONFIG_DQS_DDL, sqlite3.SQLITE_DBCONFIG_DQS_DML} {
		if err := c.failure(sqlite3.Xsqlite3_db_config(c.tls, c.db, option, off)); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the connection and the statements prepared on it.
func (c *Conn) Close() error {
	if c.tls == nil {
		return ErrClosed
	}
	for _, s := range c.prepared {
		s.raw.finalize()
	}
	err := c.failure(sqlite3.Xsqlite3_close(c.tls, c.db))
	c.tls.Close()
	c.tls, c.db, c.prepared = nil, 0, nil
	return err
}

// Prepare returns a statement that lives as long as its connection. The same text
// gives the same statement, whose values are bound and never part of the text.
func (c *Conn) Prepare(text string) (Statement, error) {
	if s, ok := c.prepared[text]; ok {
		return s, nil
	}
	raw, err := c.compile(text, sqlite3.SQLITE_PREPARE_PERSISTENT)
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

// Changes returns how many rows the last statement that writes has changed.
func (c *Conn) Changes() int64 { return sqlite3.Xsqlite3_changes64(c.tls, c.db) }

// Number runs a query once that gives one integer, or 0 if it gives no row.
func (c *Conn) Number(text string) (n int64, err error) {
	err = c.once(text, func(s Statement) (err error) {
		n, err = s.Number()
		return err
	})
	return n, err
}

func (c *Conn) once(text string, do func(Statement) error) error {
	raw, err := c.compile(text, 0)
	if err != nil {
		return err
	}
	defer raw.finalize()
	return do(Statement{raw})
}

// Within runs do, whose statements on the connection are interrupted if ctx ends. It
// then fails with the error of ctx.
func (c *Conn) Within(ctx context.Context, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err // a short statement may end before it is interrupted
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.interrupted.Store(true)
		sqlite3.Xsqlite3_interrupt(c.tls, c.db)
		close(ended)
	})
	err := do()
	if stop() {
		return err
	}
	<-ended // so that no later statement is interrupted
	c.interrupted.Store(false)
	if has(err, sqlite3.SQLITE_INTERRUPT) {
		return ctx.Err()
	}
	return err
}
