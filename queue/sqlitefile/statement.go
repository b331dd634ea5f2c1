package sqlitefile

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"
)

// A Statement is prepared once and run often.
type Statement struct{ raw *sqlite.Stmt }

// Exec runs the statement with values for its parameters, each an integer, a text, a
// blob or nil. A blob that is nil is NULL.
func (s Statement) Exec(values ...any) error { return s.Query(nil, values...) }

// Query runs the statement as Exec does, and calls visit with each row.
func (s Statement) Query(visit func(Row) error, values ...any) error {
	err := s.bind(values)
	for more := true; more && err == nil; {
		more, err = s.raw.Step()
		if more && err == nil && visit != nil {
			err = visit(Row(s))
		}
	}
	err = errors.Join(err, s.raw.Reset())
	for i, value := range values {
		if _, blob := value.([]byte); blob {
			s.raw.BindNull(i + 1) // so that a body is not kept in memory until the next run
		}
	}
	return err
}

// Number runs a query that gives one integer, or 0 if it gives no row. NULL, of an
// empty table, counts as 0.
func (s Statement) Number(values ...any) (n int64, err error) {
	err = s.Query(func(r Row) error {
		n = r.Int(0)
		return nil
	}, values...)
	return n, err
}

// bind binds values to the parameters. No value leaves it, so that the callers'
// need no memory of the heap.
func (s Statement) bind(values []any) error {
	if n := s.raw.BindParamCount(); n != len(values) {
		return fmt.Errorf("bind %d values to %d parameters", len(values), n)
	}
	for i, value := range values {
		switch v := value.(type) {
		case nil:
			s.raw.BindNull(i + 1)
		case int64:
			s.raw.BindInt64(i+1, v)
		case int:
			s.raw.BindInt64(i+1, int64(v))
		case string:
			s.raw.BindText(i+1, v)
		case []byte:
			if v == nil {
				s.raw.BindNull(i + 1)
			} else {
				s.raw.BindBytes(i+1, v)
			}
		default:
			return fmt.Errorf("bind value %d: its type is none of SQLite's", i+1)
		}
	}
	return nil
}

// A Row is a row of a query, until its next one.
type Row struct{ raw *sqlite.Stmt }

// Int returns the integer in a column, 0 if it is NULL.
func (r Row) Int(column int) int64 { return r.raw.ColumnInt64(column) }

// Text returns the text in a column, "" if it is NULL.
func (r Row) Text(column int) string { return r.raw.ColumnText(column) }

// Null returns whether a column is NULL.
func (r Row) Null(column int) bool { return r.raw.ColumnIsNull(column) }

// Blob returns a copy of the blob in a column, nil if it is NULL or empty.
func (r Row) Blob(column int) []byte {
	n := r.raw.ColumnLen(column)
	if n == 0 {
		return nil
	}
	blob := make([]byte, n)
	r.raw.ColumnBytes(column, blob)
	return blob
}

// Fixed copies the blob in a column, which must be as long as to.
func (r Row) Fixed(column int, to []byte) error {
	if n := r.raw.ColumnLen(column); n != len(to) {
		return fmt.Errorf("column of %d bytes, want %d", n, len(to))
	}
	r.raw.ColumnBytes(column, to)
	return nil
}

// Columns returns how many columns the row has.
func (r Row) Columns() int { return r.raw.ColumnCount() }
