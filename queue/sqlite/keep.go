package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// keptSuffix ends the name of the file beside the queue that has the bytes of
// [Store.Keep]. They are in a file of their own, so that no admission waits for them, and
// so that no copy of the queue has bytes whose time is over.
const keptSuffix = "-kept"

// removeEvery is how often bytes whose time is over are removed from the file.
const removeEvery = time.Minute

// removedAtOnce is how many of them are removed in one transaction, so that Keep does not wait
// long.
const removedAtOnce = 16

// keptApplication identifies the file as ours in its header ("BeiK"), keptVersion the
// tables in it.
const (
	keptApplication = 0x4265694b
	keptVersion     = 1
)

// keptTables is the schema of the file. A position is never used again.
var keptTables = []string{
	`CREATE TABLE kept (
		position INTEGER PRIMARY KEY AUTOINCREMENT,
		until    INTEGER NOT NULL,
		content  BLOB NOT NULL) STRICT`,
	`CREATE INDEX kept_until ON kept (until)`,
	fmt.Sprintf(`PRAGMA application_id = %d`, keptApplication),
	fmt.Sprintf(`PRAGMA user_version = %d`, keptVersion),
}

// A keeper is the file with the bytes of Keep.
type keeper struct {
	conn  *sqlitefile.Conn
	free  chan struct{} // holds one token while nobody uses conn
	ended chan struct{} // closed when run has returned

	add, find, remove, last sqlitefile.Statement
}

// newKeeper opens the file beside a queue, and creates it if it is missing.
func newKeeper(path string) (*keeper, error) {
	path += keptSuffix
	if err := touch(path); err != nil {
		return nil, err
	}
	// What is removed is overwritten with zeros and leaves the file. A write-ahead log, or a
	// file for what is temporary, would have it for longer.
	conn, err := sqlitefile.Open(path, "busy_timeout(10000)", fmt.Sprintf("page_size(%d)", pageBytes), "journal_mode(TRUNCATE)", "synchronous(FULL)", "secure_delete(1)",
		"temp_store(MEMORY)", fmt.Sprintf("cache_size(%d)", readingPages), "trusted_schema(0)")
	if err != nil {
		return nil, foreign(err)
	}
	k := &keeper{conn: conn, free: make(chan struct{}, 1), ended: make(chan struct{})}
	if err := k.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", filepath.Base(path), err), conn.Close())
	}
	k.free <- struct{}{}
	return k, nil
}

// prepare creates the tables of an empty file, refuses a file that is not ours, and
// prepares the statements.
func (k *keeper) prepare() error {
	id, err := k.conn.Number(`PRAGMA application_id`)
	if err != nil {
		return foreign(err)
	}
	version, err := k.conn.Number(`PRAGMA user_version`)
	if err != nil {
		return err
	}
	tables, err := k.conn.Number(`SELECT count(*) FROM sqlite_schema`)
	switch {
	case err != nil:
		return err
	case id == 0 && tables == 0:
		// Only here: in a file with tables it would be a write, for which a full disk has no room.
		if err = k.conn.Run(`PRAGMA auto_vacuum = INCREMENTAL`); err == nil {
			err = transform(k.conn, "create tables", keptTables)
		}
	case id != keptApplication:
		err = ErrForeign
	case version > keptVersion:
		err = ErrNewer
	}
	for text, s := range map[string]*sqlitefile.Statement{
		`INSERT INTO kept (until, content) VALUES (?, ?)`:                                                        &k.add,
		`SELECT content FROM kept WHERE position = ? AND until > ?`:                                              &k.find,
		`DELETE FROM kept WHERE position IN (SELECT position FROM kept WHERE until <= ? ORDER BY until LIMIT ?)`: &k.remove,
		`SELECT last_insert_rowid()`:                                                                             &k.last,
	} {
		if err == nil {
			*s, err = k.conn.Prepare(text)
		}
	}
	return err
}

// use calls do while nobody else uses the file.
func (k *keeper) use(ctx context.Context, closed <-chan struct{}, do func() error) error {
	select {
	case <-closed:
		return errClosed
	default:
	}
	select {
	case <-k.free:
	case <-closed:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { k.free <- struct{}{} }()
	return k.conn.Within(ctx, do)
}

// run removes what is over until closed.
func (k *keeper) run(closed <-chan struct{}) {
	defer close(k.ended)
	tick := time.NewTicker(removeEvery)
	defer tick.Stop()
	for {
		// If the disk refuses, the bytes stay in the file, and nobody can read them; the
		// next round tries again.
		_ = k.removeOver(closed)
		select {
		case <-tick.C:
		case <-closed:
			return
		}
	}
}

// removeOver removes the bytes whose time is over, and makes the file smaller.
func (k *keeper) removeOver(closed <-chan struct{}) error {
	for some := false; ; some = true {
		var removed int64
		err := k.use(context.Background(), closed, func() (err error) {
			if err = k.remove.Exec(time.Now().UnixMicro(), removedAtOnce); err != nil {
				return err
			}
			removed, err = k.conn.Number(`SELECT changes()`)
			if err == nil && removed == 0 && some {
				err = k.conn.Run(`PRAGMA incremental_vacuum`)
			}
			return err
		})
		if err != nil || removed == 0 {
			return err
		}
	}
}

// Close closes the file.
func (k *keeper) Close() error { return k.conn.Close() }

// Keep writes bytes to the disk until a time; see [queue.Keeper].
func (s *Store) Keep(ctx context.Context, content []byte, until time.Time) (position int64, err error) {
	if err := queue.CheckKept(content, until, time.Now()); err != nil {
		return 0, err
	}
	err = s.keeper.use(ctx, s.closed, func() error {
		if err := s.keeper.add.Exec(until.UnixMicro(), content); err != nil {
			return err
		}
		position, err = s.keeper.last.Number()
		return err
	})
	if err != nil {
		return 0, unavailable("keep bytes", err)
	}
	return position, nil
}

// Kept returns the bytes at a position until their time; see [queue.Keeper]. A minute
// after it, they are no longer in the file either.
func (s *Store) Kept(ctx context.Context, position int64) (content []byte, err error) {
	err = s.keeper.use(ctx, s.closed, func() error {
		return s.keeper.find.Query(func(row sqlitefile.Row) error {
			content = row.Blob(0)
			return nil
		}, position, time.Now().UnixMicro())
	})
	if err != nil {
		return nil, unavailable("read kept bytes", err)
	}
	if content == nil {
		return nil, fmt.Errorf("read kept bytes %d: %w", position, queue.ErrNotFound)
	}
	return content, nil
}
