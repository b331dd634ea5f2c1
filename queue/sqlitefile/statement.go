package sqlitefile

import (
	"errors"
	"fmt"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// keptScratch is the largest memory for values that a statement keeps until its next run.
const keptScratch = 64 << 10

// A Statement is prepared once and run often.
type Statement struct{ raw *statement }

// A statement is one of the engine's.
type statement struct {
	conn       *Conn
	handle     uintptr
	parameters int
	scratch    uintptr // memory of the engine's, in which the texts and blobs are that are bound
	room       int     // of scratch, in bytes
}

// compile makes a statement of a text that is no more than one.
func (c *Conn) compile(text string, flags uint32) (*statement, error) {
	if c.interrupted.Load() {
		return nil, errInterrupted
	}
	source, err := libc.CString(text)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, source)
	s := &statement{conn: c}
	var code int32
	rest, err := c.pointer(func(rest uintptr) {
		s.handle, err = c.pointer(func(to uintptr) {
			code = sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, source, -1, flags, to, rest)
		})
	})
	if err == nil {
		err = c.failure(code)
	}
	if err == nil && rest-source < uintptr(len(text)) {
		err = errors.New("it is more than one")
	}
	if err != nil {
		s.finalize()
		return nil, fmt.Errorf("prepare statement: %w", err)
	}
	s.parameters = int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, s.handle))
	return s, nil
}

// finalize gives back what the statement holds. What it says is what the last run said.
func (s *statement) finalize() {
	sqlite3.Xsqlite3_finalize(s.conn.tls, s.handle)
	s.conn.free(s.scratch)
	s.handle, s.scratch, s.room = 0, 0, 0
}

// Exec runs the statement with values for its parameters, each an integer, a text, a
// blob or nil. A blob that is nil is NULL.
func (s Statement) Exec(values ...any) error { return s.Query(nil, values...) }

// Query runs the statement as Exec does, and calls visit with each row.
func (s Statement) Query(visit func(Row) error, values ...any) error {
	err := s.raw.bind(values)
	for more := true; more && err == nil; {
		more, err = s.raw.step()
		if more && err == nil && visit != nil {
			err = visit(Row(s))
		}
	}
	sqlite3.Xsqlite3_reset(s.raw.conn.tls, s.raw.handle) // what it says is what the last step said
	if s.raw.room > keptScratch {
		s.raw.drop()
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

// step goes to the next row, and reports whether there is one.
func (s *statement) step() (bool, error) {
	if s.conn.interrupted.Load() {
		return false, errInterrupted
	}
	code := sqlite3.Xsqlite3_step(s.conn.tls, s.handle)
	return code == sqlite3.SQLITE_ROW, s.conn.failure(code)
}

// bind binds values to the parameters. No value leaves it, so that the callers'
// need no memory of the heap.
func (s *statement) bind(values []any) error {
	if s.parameters != len(values) {
		return fmt.Errorf("bind %d values to %d parameters", len(values), s.parameters)
	}
	if err := s.reserve(values); err != nil {
		return err
	}
	tls, at := s.conn.tls, s.scratch
	for i, value := range values {
		parameter := int32(i + 1)
		var code int32
		switch v := value.(type) {
		case nil:
			code = sqlite3.Xsqlite3_bind_null(tls, s.handle, parameter)
		case int64:
			code = sqlite3.Xsqlite3_bind_int64(tls, s.handle, parameter, v)
		case int:
			code = sqlite3.Xsqlite3_bind_int64(tls, s.handle, parameter, int64(v))
		case string:
			n := copy(libc.GoBytes(at, len(v)), v)
			code = sqlite3.Xsqlite3_bind_text(tls, s.handle, parameter, at, int32(n), sqlite3.SQLITE_STATIC) //nolint:gosec // reserve bounds it
			at += uintptr(n)
		case []byte:
			if v == nil {
				code = sqlite3.Xsqlite3_bind_null(tls, s.handle, parameter)
				break
			}
			n := copy(libc.GoBytes(at, len(v)), v)
			code = sqlite3.Xsqlite3_bind_blob(tls, s.handle, parameter, at, int32(n), sqlite3.SQLITE_STATIC) //nolint:gosec // reserve bounds it
			at += uintptr(n)
		default:
			return fmt.Errorf("bind value %d: its type is none of SQLite's", i+1)
		}
		if err := s.conn.failure(code); err != nil {
			return fmt.Errorf("bind value %d: %w", i+1, err)
		}
	}
	return nil
}

// largestValue is the largest that SQLite takes.
const largestValue = 1_000_000_000

// reserve makes room for the texts and blobs among values.
func (s *statement) reserve(values []any) error {
	need := 1 // a text or blob that is empty has an address too
	for i, value := range values {
		n := 0
		switch v := value.(type) {
		case string:
			n = len(v)
		case []byte:
			n = len(v)
		}
		if n > largestValue {
			return fmt.Errorf("bind value %d: it has %d bytes", i+1, n)
		}
		need += n
	}
	if need <= s.room {
		return nil
	}
	s.drop()
	room := max(need, 256)
	if need <= keptScratch {
		room = max(room, min(2*need, keptScratch))
	}
	var err error
	if s.scratch, err = s.conn.take(room); err == nil {
		s.room = room
	}
	return err
}

// drop gives back the memory of the values, which are NULL then.
func (s *statement) drop() {
	sqlite3.Xsqlite3_clear_bindings(s.conn.tls, s.handle)
	s.conn.free(s.scratch)
	s.scratch, s.room = 0, 0
}

// A Row is a row of a query, until its next one.
type Row struct{ raw *statement }

// Int returns the integer in a column, 0 if it is NULL.
func (r Row) Int(column int) int64 {
	return sqlite3.Xsqlite3_column_int64(r.raw.conn.tls, r.raw.handle, int32(column)) //nolint:gosec // SQLite has some thousands at most
}

// Text returns the text in a column, "" if it is NULL.
func (r Row) Text(column int) string {
	at := sqlite3.Xsqlite3_column_text(r.raw.conn.tls, r.raw.handle, int32(column)) //nolint:gosec // as in Int
	return string(r.memory(column, at))
}

// Null returns whether a column is NULL.
func (r Row) Null(column int) bool {
	return sqlite3.Xsqlite3_column_type(r.raw.conn.tls, r.raw.handle, int32(column)) == sqlite3.SQLITE_NULL //nolint:gosec // as in Int
}

// Blob returns a copy of the blob in a column, nil if it is NULL or empty.
func (r Row) Blob(column int) []byte { return append([]byte(nil), r.blob(column)...) }

// Fixed copies the blob in a column, which must be as long as to.
func (r Row) Fixed(column int, to []byte) error {
	blob := r.blob(column)
	if len(blob) != len(to) {
		return fmt.Errorf("column of %d bytes, want %d", len(blob), len(to))
	}
	copy(to, blob)
	return nil
}

// blob returns the blob in a column, which is the engine's.
func (r Row) blob(column int) []byte {
	return r.memory(column, sqlite3.Xsqlite3_column_blob(r.raw.conn.tls, r.raw.handle, int32(column))) //nolint:gosec // as in Int
}

// memory returns the bytes of a column, which are the engine's, at an address.
func (r Row) memory(column int, at uintptr) []byte {
	if at == 0 {
		return nil
	}
	return libc.GoBytes(at, int(sqlite3.Xsqlite3_column_bytes(r.raw.conn.tls, r.raw.handle, int32(column)))) //nolint:gosec // as in Int
}

// Columns returns how many columns the row has.
func (r Row) Columns() int { return int(sqlite3.Xsqlite3_column_count(r.raw.conn.tls, r.raw.handle)) }
