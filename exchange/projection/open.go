package projection

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"beibu/queue/sqlitefile"
)

// errUnusable says that a file is no projection of this definition.
var errUnusable = errors.New("not a file of this program and version")

// suffixes are those of the files that make up one SQLite database.
var suffixes = []string{"", "-wal", "-shm"}

// damagedSuffix is that of the file which says that the database beside it was found
// damaged while it was in use.
const damagedSuffix = "-damaged"

// The settings of the connections. What is lost with the power is folded again, so
// the disk is synced at checkpoints only, which are rare. The caches are in pages and
// small, since they are one cache with those of the queue's file, whose pages are
// eight times as large: see there. Ours are of SQLite's own size, 4 KiB: an index has
// pages that a fold changes in a few bytes, so that with 8 KiB it takes 1.1 times the
// processor's time, with 16 KiB 1.3 times.
var (
	writing = []string{"journal_mode(WAL)", "synchronous(NORMAL)", "wal_autocheckpoint(4096)", "cache_size(768)", "temp_store(MEMORY)"}
	waiting = "busy_timeout(5000)"
	reading = []string{waiting, "query_only(1)", "cache_size(64)", "temp_store(MEMORY)"}
)

// openFile opens the database at path, or makes it. If it cannot be used, it is set
// aside, and why is returned; if it is kept, openFile fails.
func openFile(path string, d *Definition) (c *sqlitefile.Conn, why error, err error) {
	if !d.Kept {
		why = damageNoted(path)
	}
	if why == nil {
		c, err = openWriter(path, d)
		switch {
		case err == nil || !errors.Is(err, errUnusable) && !sqlitefile.IsDamaged(err):
			return c, nil, err
		case d.Kept:
			return nil, nil, fmt.Errorf("%w: it holds more than the record, so it is left as it is: restore %s from a backup, or move it away", err, path)
		}
		why = err
	}
	if err := SetAside(path); err != nil {
		return nil, why, err
	}
	c, err = openWriter(path, d)
	return c, why, err
}

// damageNoted returns why the database was found damaged, or nil.
func damageNoted(path string) error {
	text, err := os.ReadFile(path + damagedSuffix)
	if err != nil {
		return nil //nolint:nilerr // nothing was noted
	}
	return fmt.Errorf("found damaged: %s", text)
}

// noteDamage notes for the next Open that the database is damaged. If that fails,
// there is nothing more to do.
func noteDamage(path string, why error) {
	_ = os.WriteFile(path+damagedSuffix, []byte(why.Error()), 0o600)
}

// aside returns the path to which a database is set aside. An earlier one there is
// lost.
func aside(path string) string { return path + ".aside" }

// SetAside moves the file of a projection, which nobody may have open, to path.aside,
// so that the next [Open] makes a new one. If there is none, it does nothing.
func SetAside(path string) error {
	for _, suffix := range suffixes {
		err := os.Rename(path+suffix, aside(path)+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set file aside: %w", err)
		}
	}
	if err := os.Remove(path + damagedSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("set file aside: %w", err)
	}
	return nil
}

// touch makes the file if it is missing, for its owner only.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make file: %w", err)
	}
	return f.Close()
}

// openWriter opens the one connection that writes. It fails with errUnusable if the
// file is another program's or version's.
func openWriter(path string, d *Definition) (_ *sqlitefile.Conn, err error) {
	if err := touch(path); err != nil {
		return nil, err
	}
	c, err := sqlitefile.Open(path, writing...)
	if err != nil {
		return nil, fmt.Errorf("open for writing: %w", err)
	}
	if err := validate(c, d); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// validate checks that the file is of this program and version. It makes the tables
// if the file is empty, and upgrades them if they are of an earlier version that can
// be upgraded.
func validate(c *sqlitefile.Conn, d *Definition) error {
	var found [3]int64
	for i, text := range []string{`SELECT count(*) FROM sqlite_schema`, `PRAGMA application_id`, `PRAGMA user_version`} {
		var err error
		if found[i], err = c.Number(text); err != nil {
			return fmt.Errorf("read file: %w", err)
		}
	}
	tables, application, version := found[0], found[1], found[2]
	upgrade, known := d.Upgrades[version]
	switch {
	case tables == 0:
		return define(c, d, d.tables())
	case application == int64(d.Application) && version == d.version():
		return nil
	case application == int64(d.Application) && known:
		return define(c, d, upgrade)
	}
	return fmt.Errorf("%w: application id %d, version %d", errUnusable, application, version)
}

// define runs the statements that make the tables, and names program and version in
// the file, all or nothing.
func define(c *sqlitefile.Conn, d *Definition, statements []string) error {
	all := append([]string{`BEGIN IMMEDIATE`}, statements...)
	all = append(all, fmt.Sprintf(`PRAGMA application_id = %d`, d.Application), fmt.Sprintf(`PRAGMA user_version = %d`, d.version()), `COMMIT`)
	for _, text := range all {
		if err := c.Run(text); err != nil {
			return errors.Join(fmt.Errorf("make tables: %w", err), c.Run(`ROLLBACK`))
		}
	}
	return nil
}

// readers bounds the queries that run at once, and so the memory for caches.
const readers = 4

// openReaders opens the connections of queries.
func openReaders(path string) (*sqlitefile.Pool[*sqlitefile.Conn], error) {
	all, err := sqlitefile.NewPool(readers, func() (*sqlitefile.Conn, error) { return sqlitefile.Open(path, reading...) })
	if err != nil {
		return nil, fmt.Errorf("open for queries: %w", err)
	}
	return all, nil
}
