package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"beibu/queue"
)

// page is how many rows are read at a time. With the largest heads that is
// 16 MiB.
const page = 256

const (
	entryColumns = `sequence, id, key, digest, token, at, head`
	eventColumns = `sequence, id, receiver, name, attempt, at, detail, subject`
	ofEntry      = `-1` // in place of a subject
	entryAt      = `SELECT ` + entryColumns + ` FROM log WHERE sequence = ?`
	slotAt       = `SELECT sequence FROM owner WHERE slot = ?`
)

// A reader is a connection that reads, with its statements.
type reader struct {
	conn                                            *connection
	body, entries, changes, dispatched, entry, slot *statement
}

func newReader(path string) (*reader, error) {
	conn, err := connect(path, reading()...)
	if err != nil {
		return nil, err
	}
	r := &reader{conn: conn}
	for text, s := range map[string]**statement{
		`SELECT content FROM body WHERE position = ?`:             &r.body,
		`SELECT sequence FROM progress WHERE name = 'dispatched'`: &r.dispatched,
		entryAt: &r.entry,
		slotAt:  &r.slot,
		`SELECT ` + entryColumns + ` FROM log WHERE sequence > ? ORDER BY sequence LIMIT ?`: &r.entries,
		// Both halves are walked by rowid and merged; one statement sees one
		// state of the file, so no entry slips in behind an event.
		`SELECT ` + entryColumns + `, ` + ofEntry + ` FROM log WHERE sequence > ?1
			UNION ALL SELECT ` + eventColumns + ` FROM event WHERE sequence > ?1
			ORDER BY 1 LIMIT ?2`: &r.changes,
	} {
		if *s, err = conn.prepare(text); err != nil {
			_ = conn.close() // the refusal is what counts
			return nil, err
		}
	}
	return r, nil
}

// read calls ask with an idle reader.
func (s *Store) read(ctx context.Context, ask func(*reader) error) error {
	select {
	case <-s.closed:
		return errClosed
	default:
	}
	select {
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	case r := <-s.readers:
		defer func() { s.readers <- r }()
		return ask(r)
	}
}

// Body returns the bytes at a position, or [queue.ErrNotFound].
func (s *Store) Body(ctx context.Context, position int64) ([]byte, error) {
	var content []byte
	err := s.read(ctx, func(r *reader) error {
		return r.body.query(func(row []driver.Value) error {
			content, _ = row[0].([]byte)
			return nil
		}, position)
	})
	if err != nil {
		return nil, unavailable("read body", err)
	}
	if content == nil {
		return nil, fmt.Errorf("read body %d: %w", position, queue.ErrNotFound)
	}
	return content, nil
}

// scanOne runs a query for one row of entryColumns. If there is none, the entry
// is a zero one.
func scanOne(s *statement, sequence int64) (e queue.Entry, err error) {
	err = s.query(func(row []driver.Value) (err error) {
		e, err = scanEntry(row)
		return err
	}, sequence)
	return e, err
}

// scanEntry reads a row of entryColumns.
func scanEntry(row []driver.Value) (queue.Entry, error) {
	var e queue.Entry
	e.Position, _ = row[0].(int64)
	e.Body = e.Position
	key, _ := row[2].([]byte)
	e.Key = string(key)
	at, _ := row[5].(int64)
	e.At = time.UnixMicro(at).UTC()
	e.Head, _ = row[6].([]byte)
	if err := fixed(e.ID[:], row[1]); err != nil {
		return e, err
	}
	if err := fixed(e.Digest[:], row[3]); err != nil {
		return e, err
	}
	return e, fixed(e.Token[:], row[4])
}

// scanEvent reads a row of eventColumns.
func scanEvent(row []driver.Value) (queue.Event, error) {
	var e queue.Event
	receiver, _ := row[2].([]byte)
	name, _ := row[3].([]byte)
	attempt, _ := row[4].(int64)
	at, _ := row[5].(int64)
	e.Receiver, e.Name, e.Attempt, e.At = string(receiver), string(name), int(attempt), time.UnixMicro(at).UTC()
	e.Detail, _ = row[6].([]byte)
	kind, _ := row[7].(int64)
	e.Subject.Kind = queue.SubjectKind(kind) //nolint:gosec // it was one
	if e.Subject.Kind != queue.SubjectExchange {
		id, _ := row[1].([]byte)
		e.Subject.ID = string(id)
		return e, nil
	}
	return e, fixed(e.Subject.Exchange[:], row[1])
}

// fixed copies a blob that has one possible length.
func fixed(to []byte, value driver.Value) error {
	from, _ := value.([]byte)
	if copy(to, from) != len(to) || len(from) != len(to) {
		return fmt.Errorf("column of %d bytes, want %d", len(from), len(to))
	}
	return nil
}
