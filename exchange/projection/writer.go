package projection

import (
	"fmt"

	"beibu/queue/sqlitefile"
)

// A Writer changes rows within a transaction. It is used by one goroutine at a time.
type Writer struct {
	conn  *sqlitefile.Conn
	names map[string]struct{} // to be notified once the transaction is committed
}

// Exec runs a statement. The text is prepared once and kept, so its values are
// bound and never part of it.
func (w *Writer) Exec(text string, values ...any) error { return query(w.conn, text, nil, values) }

// Query runs a query, prepared as Exec prepares, and calls visit with each row.
func (w *Writer) Query(text string, visit func(sqlitefile.Row) error, values ...any) error {
	return query(w.conn, text, visit, values)
}

// Changes returns how many rows the last statement that writes has changed.
func (w *Writer) Changes() int64 { return w.conn.Changes() }

// Notify closes, once the transaction is committed, the channels that
// [Projection.Changed] has returned for a name.
func (w *Writer) Notify(name string) {
	if w.names == nil {
		w.names = make(map[string]struct{})
	}
	w.names[name] = struct{}{}
}

// cursor returns the sequence and the digest of the last change folded.
func (w *Writer) cursor() (sequence int64, digest []byte, err error) {
	err = w.Query(`SELECT sequence, digest FROM cursor`, func(row sqlitefile.Row) error {
		sequence, digest = row.Int(0), row.Blob(1)
		return nil
	})
	if err != nil {
		return 0, nil, fmt.Errorf("read cursor: %w", err)
	}
	return sequence, digest, nil
}

// advance moves the cursor.
func (w *Writer) advance(sequence int64, digest []byte) error {
	if digest == nil {
		digest = []byte{} // nil is NULL
	}
	if err := w.Exec(`UPDATE cursor SET sequence = ?, digest = ?`, sequence, digest); err != nil {
		return fmt.Errorf("move cursor: %w", err)
	}
	return nil
}

// empty deletes all rows and moves the cursor to the start.
func (w *Writer) empty(start int64) error {
	var tables []string
	err := w.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'cursor'`, func(row sqlitefile.Row) error {
		tables = append(tables, row.Text(0))
		return nil
	})
	if err != nil {
		return fmt.Errorf("empty tables: %w", err)
	}
	for _, table := range tables {
		if err := w.conn.Run(`DELETE FROM ` + table); err != nil {
			return fmt.Errorf("empty table %s: %w", table, err)
		}
	}
	return w.advance(start, nil)
}

// transact runs do in one transaction, all or nothing.
func (w *Writer) transact(do func() error) error {
	if err := w.Exec(`BEGIN IMMEDIATE`); err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	err := do()
	if err == nil {
		err = w.Exec(`COMMIT`)
	}
	if err != nil {
		// SQLite may have rolled back by itself, as it does on a full disk: then this
		// fails and its error says nothing new.
		_ = w.Exec(`ROLLBACK`)
	}
	return err
}
