package timestamps

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/google/uuid"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"beibu/queue"
)

// application marks the file as ours in its header ("BeiT"), and version says
// which tables it has.
const (
	application = 0x42656954
	version     = 1
)

// tables is the whole schema. A row without answers waits. Times are Unix
// milliseconds. What is lost with the power, since the disk is waited for at
// checkpoints only, is heard and asked for again.
const tables = `
CREATE TABLE stamp (
	id       BLOB PRIMARY KEY,
	body     INTEGER NOT NULL,
	accepted INTEGER NOT NULL,
	due      INTEGER NOT NULL,
	attempts INTEGER NOT NULL DEFAULT 0,
	code     TEXT NOT NULL DEFAULT '',
	answers  BLOB) STRICT, WITHOUT ROWID;
CREATE INDEX stamp_due ON stamp (due) WHERE answers IS NULL;
CREATE TABLE heard (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL) STRICT;
INSERT INTO heard VALUES (1, 0);
`

// A store is the file with what waits and what was answered.
type store struct{ db *sql.DB }

// openStore opens the file at path, and tells whether it was made.
func openStore(ctx context.Context, path string) (_ *store, fresh bool, err error) {
	if err := touch(path); err != nil {
		return nil, false, err
	}
	name := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"mode": {"rw"}, "_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)"},
	}.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, false, fmt.Errorf("open time stamps: %w", err)
	}
	db.SetMaxOpenConns(2) // one that writes, and one that serves meanwhile
	s := &store{db}
	if fresh, err = s.settle(ctx); err != nil {
		return nil, false, errors.Join(fmt.Errorf("open time stamps: %w", err), s.close())
	}
	return s, fresh, nil
}

// touch makes the file where it is missing, for its owner only.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return wrap("make file of time stamps", err)
	}
	return f.Close()
}

// settle makes the tables where there are none, all or nothing.
func (s *store) settle(ctx context.Context) (fresh bool, err error) {
	var id, found int
	err = errors.Join(
		s.db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id),
		s.db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&found),
	)
	switch {
	case err != nil:
		return false, err
	case id == application && found == version:
		return false, nil
	case id != 0 || found != 0:
		return false, fmt.Errorf("it is another program's or version's file (application id %d, version %d)", id, found)
	}
	_, err = s.db.ExecContext(ctx, fmt.Sprintf(`BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT`,
		tables, application, version))
	return true, err
}

func (s *store) close() error { return s.db.Close() }

// heard returns the sequence up to which the record was heard.
func (s *store) heard(ctx context.Context) (sequence int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT sequence FROM heard`).Scan(&sequence)
	return sequence, wrap("read time stamps", err)
}

// note makes entries wait, and remembers how far the record was heard.
func (s *store) note(ctx context.Context, entries []queue.Entry, sequence int64) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return wrap("note entries", err)
	}
	for _, e := range entries {
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO stamp (id, body, accepted, due) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
				e.ID[:], e.Body, e.At.UnixMilli(), e.At.UnixMilli())
		}
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, `UPDATE heard SET sequence = ?`, sequence)
	}
	if err != nil {
		return wrap("note entries", errors.Join(err, tx.Rollback()))
	}
	return wrap("note entries", tx.Commit())
}

// waiting is an exchange whose seals are not stamped.
type waiting struct {
	id       uuid.UUID
	body     int64
	attempts int
}

// due returns what is to be asked for now, that which waits longest first.
func (s *store) due(ctx context.Context, now time.Time, limit int) (all []waiting, err error) {
	rows, err := s.db.QueryContext(ctx,
		`SELECT id, body, attempts FROM stamp WHERE answers IS NULL AND due <= ? ORDER BY due LIMIT ?`, now.UnixMilli(), limit)
	if err != nil {
		return nil, wrap("read what waits", err)
	}
	defer func() { err = errors.Join(err, wrap("read what waits", rows.Close())) }()
	for rows.Next() {
		var w waiting
		var id []byte
		if err := rows.Scan(&id, &w.body, &w.attempts); err != nil {
			return nil, wrap("read what waits", err)
		}
		if w.id, err = uuid.FromBytes(id); err != nil {
			return nil, wrap("read what waits", err)
		}
		all = append(all, w)
	}
	return all, wrap("read what waits", rows.Err())
}

// idle is how long nothing is due where nothing waits.
const idle = time.Hour

// next returns how long nothing is due.
func (s *store) next(ctx context.Context, now time.Time) (time.Duration, error) {
	var due sql.NullInt64
	err := s.db.QueryRowContext(ctx, `SELECT min(due) FROM stamp WHERE answers IS NULL`).Scan(&due)
	if err != nil || !due.Valid {
		return idle, wrap("read what waits", err)
	}
	return max(0, min(idle, time.UnixMilli(due.Int64).Sub(now))), nil
}

// waiting counts what waits.
func (s *store) waiting(ctx context.Context) (n int, since time.Time, err error) {
	var first sql.NullInt64
	err = s.db.QueryRowContext(ctx, `SELECT count(*), min(accepted) FROM stamp WHERE answers IS NULL`).Scan(&n, &first)
	if first.Valid {
		since = time.UnixMilli(first.Int64)
	}
	return n, since, wrap("count what waits", err)
}

// keep keeps the answers for an exchange.
func (s *store) keep(ctx context.Context, id uuid.UUID, answers []answer) error {
	text, err := json.Marshal(answers)
	if err == nil {
		_, err = s.db.ExecContext(ctx, `UPDATE stamp SET answers = ?, code = '' WHERE id = ?`, text, id[:])
	}
	return wrap("keep time stamps", err)
}

// putOff makes an exchange wait until due, and says why.
func (s *store) putOff(ctx context.Context, id uuid.UUID, due time.Time, code string) error {
	_, err := s.db.ExecContext(ctx, `UPDATE stamp SET due = ?, attempts = attempts + 1, code = ? WHERE id = ?`, due.UnixMilli(), code, id[:])
	return wrap("put off time stamp", err)
}

// drop forgets an exchange.
func (s *store) drop(ctx context.Context, id uuid.UUID) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM stamp WHERE id = ?`, id[:])
	return wrap("drop time stamp", err)
}

// answers returns what was answered for an exchange, or nil.
func (s *store) answers(ctx context.Context, id uuid.UUID) (text []byte, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT answers FROM stamp WHERE id = ?`, id[:]).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return text, wrap("read time stamps", err)
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
