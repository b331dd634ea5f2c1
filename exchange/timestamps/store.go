package timestamps

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// definition is the projection of what waits for a time stamp and of the answers. A
// row without answers waits. Times are Unix milliseconds. The answers are not in the
// record, so the file is kept.
var definition = projection.Definition{
	Name: "time stamps", Application: 0x42656954, // "BeiT"
	Tables: []string{
		`CREATE TABLE stamp (
	id       BLOB PRIMARY KEY,
	body     INTEGER NOT NULL,
	accepted INTEGER NOT NULL,
	due      INTEGER NOT NULL,
	attempts INTEGER NOT NULL DEFAULT 0,
	code     TEXT NOT NULL DEFAULT '',
	answers  BLOB) STRICT, WITHOUT ROWID`,
		`CREATE INDEX stamp_due ON stamp (due) WHERE answers IS NULL`,
	},
	Fold: addWaiting, Kept: true, FromEnd: true,
	Upgrades: map[int64][]string{1: {
		projection.CursorTable,
		`INSERT INTO cursor SELECT one, sequence, x'' FROM heard`,
		`DROP TABLE heard`,
	}},
}

// added is what the fold notifies when an exchange was added that waits.
const added = "added"

// addWaiting is the fold: an accepted exchange waits for its time stamps.
func addWaiting(w *projection.Writer, changes []queue.Change) error {
	for _, c := range changes {
		e := c.Entry
		if e == nil {
			continue
		}
		err := w.Exec(`INSERT INTO stamp (id, body, accepted, due) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			e.ID[:], e.Body, e.At.UnixMilli(), e.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("add exchange %s: %w", uuid.UUID(e.ID), err)
		}
		w.Notify(added)
	}
	return nil
}

// A store reads and writes the rows.
type store struct{ *projection.Projection }

// waiting is an exchange whose seals are not stamped.
type waiting struct {
	id       uuid.UUID
	body     int64
	attempts int
}

// due returns the exchanges for which a time stamp is due, the longest waiting first.
func (s store) due(ctx context.Context, now time.Time, limit int) (all []waiting, err error) {
	err = s.Query(ctx, `SELECT id, body, attempts FROM stamp WHERE answers IS NULL AND due <= ? ORDER BY due LIMIT ?`, func(row sqlitefile.Row) error {
		w := waiting{body: row.Int(1), attempts: int(row.Int(2))}
		err := row.Fixed(0, w.id[:])
		all = append(all, w)
		return err
	}, now.UnixMilli(), limit)
	return all, wrap("read what waits", err)
}

// idle is the time until the file is read again if nothing waits.
const idle = time.Hour

// next returns the time until the next time stamp is due.
func (s store) next(ctx context.Context, now time.Time) (time.Duration, error) {
	wait := idle
	err := s.Query(ctx, `SELECT min(due) FROM stamp WHERE answers IS NULL`, func(row sqlitefile.Row) error {
		if !row.Null(0) {
			wait = max(0, min(idle, time.UnixMilli(row.Int(0)).Sub(now)))
		}
		return nil
	})
	return wait, wrap("read what waits", err)
}

// waiting counts the exchanges that wait.
func (s store) waiting(ctx context.Context) (n int, since time.Time, err error) {
	err = s.Query(ctx, `SELECT count(*), min(accepted) FROM stamp WHERE answers IS NULL`, func(row sqlitefile.Row) error {
		n = int(row.Int(0))
		if !row.Null(1) {
			since = time.UnixMilli(row.Int(1))
		}
		return nil
	})
	return n, since, wrap("count what waits", err)
}

// save saves the answers for an exchange.
func (s store) save(ctx context.Context, id uuid.UUID, answers []answer) error {
	text, err := json.Marshal(answers)
	if err != nil {
		return wrap("save time stamps", err)
	}
	return wrap("save time stamps", s.Write(ctx, func(w *projection.Writer) error {
		return w.Exec(`UPDATE stamp SET answers = ?, code = '' WHERE id = ?`, text, id[:])
	}))
}

// putOff makes an exchange wait until due, and saves why.
func (s store) putOff(ctx context.Context, id uuid.UUID, due time.Time, code string) error {
	return wrap("put off time stamp", s.Write(ctx, func(w *projection.Writer) error {
		return w.Exec(`UPDATE stamp SET due = ?, attempts = attempts + 1, code = ? WHERE id = ?`, due.UnixMilli(), code, id[:])
	}))
}

// drop deletes an exchange.
func (s store) drop(ctx context.Context, id uuid.UUID) error {
	return wrap("drop time stamp", s.Write(ctx, func(w *projection.Writer) error {
		return w.Exec(`DELETE FROM stamp WHERE id = ?`, id[:])
	}))
}

// answers returns the answers for an exchange, or nil.
func (s store) answers(ctx context.Context, id uuid.UUID) (text []byte, err error) {
	err = s.Query(ctx, `SELECT answers FROM stamp WHERE id = ?`, func(row sqlitefile.Row) error {
		text = row.Blob(0)
		return nil
	}, id[:])
	return text, wrap("read time stamps", err)
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
