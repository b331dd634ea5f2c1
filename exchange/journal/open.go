package journal

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"modernc.org/sqlite"
)

// errUnusable says that a file is no index that this program can go on with.
var errUnusable = errors.New("not an index of this version")

// suffixes are those of the files that make up one SQLite database.
var suffixes = []string{"", "-wal", "-shm"}

// damaged is the suffix of the file that says that the index beside it was
// found damaged while it was in use.
const damaged = "-damaged"

// What the connections set. The index is made again where it is lost, so the
// disk is waited for at checkpoints only, which are rare. The caches are in
// pages and small, since they are one cache with those of the queue's file,
// whose pages are eight times as large: see there.
var (
	writing = []string{"journal_mode(WAL)", "synchronous(NORMAL)", "wal_autocheckpoint(4096)", "cache_size(768)", "temp_store(MEMORY)"}
	reading = []string{"query_only(1)", "busy_timeout(5000)", "cache_size(64)", "temp_store(MEMORY)"}
)

// openFile opens the index at path, or makes it. Where that cannot be used it
// is set aside, and why is returned.
func openFile(path string) (w *writer, why error, err error) {
	why = marked(path)
	if why == nil {
		w, err = openWriter(path)
		if err == nil || !errors.Is(err, errUnusable) && !broken(err) {
			return w, nil, err
		}
		why = err
	}
	if err := SetAside(path); err != nil {
		return nil, why, err
	}
	w, err = openWriter(path)
	return w, why, err
}

// marked returns why the index was found damaged, or nil.
func marked(path string) error {
	text, err := os.ReadFile(path + damaged)
	if err != nil {
		return nil //nolint:nilerr // there is no mark
	}
	return fmt.Errorf("found damaged: %s", text)
}

// mark leaves word for the next Open that the index is damaged. It can do no
// more where that fails.
func mark(path string, why error) {
	_ = os.WriteFile(path+damaged, []byte(why.Error()), 0o600)
}

// aside returns where an index is set aside. An earlier one there is lost.
func aside(path string) string { return path + ".aside" }

// SetAside moves an index that nobody has open to path.aside, so that the next
// Open makes a new one. Where there is none, it does nothing.
func SetAside(path string) error {
	for _, suffix := range suffixes {
		err := os.Rename(path+suffix, aside(path)+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set index aside: %w", err)
		}
	}
	if err := os.Remove(path + damaged); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set index aside: %w", err)
	}
	return nil
}

// touch makes the file where it is missing, for its owner only.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make index: %w", err)
	}
	return f.Close()
}

// openWriter opens the one connection that writes. It fails with errUnusable
// where the file is another program's or version's.
func openWriter(path string) (_ *writer, err error) {
	if err := touch(path); err != nil {
		return nil, err
	}
	c, err := connect(path, writing...)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	if err := settle(c); err != nil {
		return nil, err
	}
	return newWriter(c)
}

// settle checks that the file is an index of this version, or makes it one
// where it is empty.
func settle(c *connection) error {
	held, err := c.number(`SELECT count(*) FROM sqlite_schema`)
	if err != nil {
		return fmt.Errorf("read index: %w", err)
	}
	if held == 0 {
		return create(c)
	}
	id, err := c.number(`PRAGMA application_id`)
	if err != nil {
		return fmt.Errorf("read index: %w", err)
	}
	found, err := c.number(`PRAGMA user_version`)
	if err != nil {
		return fmt.Errorf("read index: %w", err)
	}
	if id != application || found != version() {
		return fmt.Errorf("%w: application id %d, version %d", errUnusable, id, found)
	}
	return nil
}

// create makes the tables and marks the file, all or nothing.
func create(c *connection) error {
	all := append([]string{`BEGIN IMMEDIATE`}, tables()...)
	all = append(all, fmt.Sprintf(`PRAGMA application_id = %d`, application), fmt.Sprintf(`PRAGMA user_version = %d`, version()), `COMMIT`)
	for _, text := range all {
		if err := c.run(text); err != nil {
			return errors.Join(fmt.Errorf("make index: %w", err), c.run(`ROLLBACK`))
		}
	}
	return nil
}

// openReaders opens the connections that queries use.
func openReaders(path string) (*sql.DB, error) {
	connector, err := sqlite.NewConnector(source(path, reading...))
	if err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	return db, nil
}

// readers bounds the queries that run at once, and so the memory for caches.
const readers = 4
