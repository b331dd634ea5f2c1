package projection

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// source returns the name under which the driver opens a file that exists.
func source(path string, pragmas ...string) string {
	name := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"mode": {"rw"}, "_pragma": pragmas}.Encode()}
	return name.String()
}

// A connection is the writer's: the driver itself without a pool, since a fold runs
// a few statements for every change and each must be cheap.
type connection struct {
	raw      driver.Conn
	prepared map[string]*statement // by text
}

func connect(path string, pragmas ...string) (*connection, error) {
	raw, err := new(sqlite.Driver).Open(source(path, pragmas...))
	if err != nil {
		return nil, fmt.Errorf("open for writing: %w", err)
	}
	return &connection{raw: raw, prepared: make(map[string]*statement)}, nil
}

func (c *connection) close() error {
	var all []error
	for _, s := range c.prepared {
		all = append(all, s.raw.Close())
	}
	return errors.Join(append(all, c.raw.Close())...)
}

// prepare returns a statement that lives as long as the connection.
func (c *connection) prepare(text string) (*statement, error) {
	if s, ok := c.prepared[text]; ok {
		return s, nil
	}
	s, err := c.once(text)
	if err == nil {
		c.prepared[text] = s
	}
	return s, err
}

func (c *connection) once(text string) (*statement, error) {
	raw, err := c.raw.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("prepare statement: %w", err)
	}
	execer, executes := raw.(driver.StmtExecContext)
	queryer, queries := raw.(driver.StmtQueryContext)
	if !executes || !queries {
		return nil, errors.Join(errors.New("prepare statement: the driver cannot run it under a context"), raw.Close())
	}
	return &statement{raw: raw, execer: execer, queryer: queryer}, nil
}

// run executes a statement once.
func (c *connection) run(text string) error {
	s, err := c.once(text)
	if err != nil {
		return err
	}
	return errors.Join(s.exec(nil), s.raw.Close())
}

// number runs a query for one integer once.
func (c *connection) number(text string) (n int64, err error) {
	s, err := c.once(text)
	if err != nil {
		return 0, err
	}
	err = s.query(func(row []driver.Value) error {
		n, _ = row[0].(int64)
		return nil
	}, nil)
	return n, errors.Join(err, s.raw.Close())
}

// A statement is prepared once and run often.
type statement struct {
	raw     driver.Stmt
	execer  driver.StmtExecContext
	queryer driver.StmtQueryContext
	values  []driver.NamedValue // used again by each run
	row     []driver.Value      // used again by each row
}

// bind puts values into the arguments. The statements run under the background
// context: under one that ends, the driver starts a goroutine for each.
func (s *statement) bind(values []driver.Value) {
	s.values = s.values[:0]
	for i, v := range values {
		s.values = append(s.values, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
}

func (s *statement) exec(values []driver.Value) error {
	s.bind(values)
	_, err := s.execer.ExecContext(context.Background(), s.values)
	return err
}

// query calls visit with each row, whose memory is used again for the next.
func (s *statement) query(visit func(row []driver.Value) error, values []driver.Value) error {
	s.bind(values)
	rows, err := s.queryer.QueryContext(context.Background(), s.values)
	if err != nil {
		return err
	}
	if s.row == nil {
		s.row = make([]driver.Value, len(rows.Columns()))
	}
	for err == nil {
		if err = rows.Next(s.row); err == nil {
			err = visit(s.row)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

// damaged returns whether err says that the file is damaged or no database.
func damaged(err error) bool {
	code := primary(err)
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

// refused returns whether err says that the disk refused a write, as a full one.
func refused(err error) bool {
	code := primary(err)
	return code == sqlite3.SQLITE_FULL || code == sqlite3.SQLITE_IOERR
}

// primary returns SQLite's primary result code within err, or 0.
func primary(err error) int {
	if failure, ok := errors.AsType[*sqlite.Error](err); ok {
		return failure.Code() & 0xff
	}
	return 0
}
