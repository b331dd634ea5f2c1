package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"

	"modernc.org/sqlite"
)

// A connection is one SQLite connection, for one goroutine at a time. It uses the
// driver directly, because a pool would cost a lock, a context watcher and a few
// allocations for each of the statements of an admission.
type connection struct {
	raw      driver.Conn
	prepared []*statement
}

// connect opens the file at path, which must exist, and applies the pragmas.
func connect(path string, pragmas ...string) (*connection, error) {
	name := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"mode": {"rw"}, "_pragma": pragmas}.Encode()}
	raw, err := new(sqlite.Driver).Open(name.String())
	if err != nil {
		return nil, err
	}
	return &connection{raw: raw}, nil
}

// close ends the connection and the statements prepared on it.
func (c *connection) close() error {
	var errs []error
	for _, s := range c.prepared {
		errs = append(errs, s.raw.Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}

// run executes one statement once.
func (c *connection) run(text string) error {
	s, err := c.prepare(text)
	if err != nil {
		return err
	}
	c.prepared = c.prepared[:len(c.prepared)-1]
	return errors.Join(s.exec(), s.raw.Close())
}

// number runs a query that gives one integer, or 0 if it gives no row.
func (c *connection) number(text string) (int64, error) {
	s, err := c.prepare(text)
	if err != nil {
		return 0, err
	}
	c.prepared = c.prepared[:len(c.prepared)-1]
	n, err := s.number()
	return n, errors.Join(err, s.raw.Close())
}

// A statement is prepared once and run often.
type statement struct {
	raw  driver.Stmt
	exe  driver.StmtExecContext
	ask  driver.StmtQueryContext
	args []driver.NamedValue // used again by each run
	row  []driver.Value      // used again by each row
}

// prepare makes a statement that lives as long as its connection.
func (c *connection) prepare(text string) (*statement, error) {
	raw, err := c.raw.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("prepare statement: %w", err)
	}
	exe, canExecute := raw.(driver.StmtExecContext)
	ask, canAsk := raw.(driver.StmtQueryContext)
	if !canExecute || !canAsk {
		return nil, errors.Join(errors.New("prepare statement: the driver runs none"), raw.Close())
	}
	s := &statement{raw: raw, exe: exe, ask: ask}
	c.prepared = append(c.prepared, s)
	return s, nil
}

// bind puts values into the arguments. The background context in exec and
// query is on purpose: with another the driver starts a goroutine for each
// statement to interrupt it, and the statements here are short.
func (s *statement) bind(values []any) {
	s.args = s.args[:0]
	for i, v := range values {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
}

func (s *statement) exec(values ...any) error {
	s.bind(values)
	_, err := s.exe.ExecContext(context.Background(), s.args)
	clear(s.args) // so that a body is not kept in memory until the next one
	return err
}

// query calls visit with each row. Blobs in a row are copies that visit may
// keep; the row itself is used again.
func (s *statement) query(visit func(row []driver.Value) error, values ...any) error {
	s.bind(values)
	rows, err := s.ask.QueryContext(context.Background(), s.args)
	if err != nil {
		return err
	}
	if s.row == nil {
		s.row = make([]driver.Value, len(rows.Columns()))
	}
	for {
		err = rows.Next(s.row)
		if err == nil {
			err = visit(s.row)
		}
		if err != nil {
			break
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

// number runs a query that gives one integer, or 0 if it gives no row.
func (s *statement) number(values ...any) (n int64, err error) {
	err = s.query(func(row []driver.Value) error {
		n, _ = row[0].(int64) // NULL, of an empty table, counts as 0
		return nil
	}, values...)
	return n, err
}
