package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"beibu/queue"
	"beibu/queue/sqlitefile"
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
	conn                                            *sqlitefile.Conn
	body, entries, changes, dispatched, entry, slot sqlitefile.Statement
}

func newReader(path string) (*reader, error) {
	conn, err := sqlitefile.Open(path, reading()...)
	if err != nil {
		return nil, err
	}
	r := &reader{conn: conn}
	for text, s := range map[string]*sqlitefile.Statement{
		`SELECT content, form FROM body WHERE position = ?`:       &r.body,
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
		if *s, err = conn.Prepare(text); err != nil {
			_ = conn.Close() // the refusal is what counts
			return nil, err
		}
	}
	return r, nil
}

// Close ends the connection.
func (r *reader) Close() error { return r.conn.Close() }

// read calls ask with an idle reader.
func (s *Store) read(ctx context.Context, ask func(*reader) error) error {
	select {
	case <-s.closed:
		return errClosed
	default:
	}
	r, err := s.readers.Take(ctx)
	if errors.Is(err, sqlitefile.ErrClosed) {
		return errClosed
	}
	if err != nil {
		return err
	}
	defer s.readers.Give(r)
	return ask(r)
}

// Body returns the bytes at a position, or [queue.ErrNotFound].
func (s *Store) Body(ctx context.Context, position int64) ([]byte, error) {
	var content []byte
	err := s.read(ctx, func(r *reader) error {
		return r.body.Query(func(row sqlitefile.Row) (err error) {
			content, err = unpack(row.Blob(0), row.Int(1))
			return err
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
func scanOne(s sqlitefile.Statement, sequence int64) (e queue.Entry, err error) {
	err = s.Query(func(row sqlitefile.Row) (err error) {
		e, err = scanEntry(row)
		return err
	}, sequence)
	return e, err
}

// scanEntry reads a row of entryColumns.
func scanEntry(row sqlitefile.Row) (queue.Entry, error) {
	var e queue.Entry
	e.Position = row.Int(0)
	e.Body = e.Position
	e.Key = row.Text(2)
	e.At = time.UnixMicro(row.Int(5)).UTC()
	e.Head = row.Blob(6)
	if err := row.Fixed(1, e.ID[:]); err != nil {
		return e, err
	}
	if err := row.Fixed(3, e.Digest[:]); err != nil {
		return e, err
	}
	return e, row.Fixed(4, e.Token[:])
}

// scanEvent reads a row of eventColumns.
func scanEvent(row sqlitefile.Row) (queue.Event, error) {
	e := queue.Event{
		Receiver: row.Text(2), Name: row.Text(3), Attempt: int(row.Int(4)), At: time.UnixMicro(row.Int(5)).UTC(), Detail: row.Blob(6),
	}
	e.Subject.Kind = queue.SubjectKind(row.Int(7)) //nolint:gosec // it was one
	if e.Subject.Kind != queue.SubjectExchange {
		e.Subject.ID = row.Text(1)
		return e, nil
	}
	return e, row.Fixed(1, e.Subject.Exchange[:])
}
