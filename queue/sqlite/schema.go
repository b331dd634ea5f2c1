package sqlite

import (
	"errors"
	"fmt"
	"os"

	"beibu/queue/sqlitefile"
)

// application identifies the file as ours in its header ("Beib"), version the
// tables in it: 2 since events have subjects, 3 since bodies are packed.
const (
	application = 0x42656962
	version     = 3
)

// ErrForeign means that a file is no queue of this program, ErrNewer that a
// later version of it wrote the file, ErrInUse that another process or store
// has it open.
var (
	ErrForeign = errors.New("not a queue file")
	ErrNewer   = errors.New("queue file of a newer version")
	ErrInUse   = errors.New("queue file in use")
)

// tables is the whole schema. Keys are blobs, because they may contain any
// bytes. The slot of an owner is a hash of the key, and as rowid it needs no
// second tree. The id of an event is that of its subject, whose kind is subject.
var tables = []string{
	`CREATE TABLE log (
		sequence INTEGER PRIMARY KEY,
		id       BLOB NOT NULL,
		key      BLOB NOT NULL,
		digest   BLOB NOT NULL,
		token    BLOB NOT NULL,
		at       INTEGER NOT NULL,
		head     BLOB) STRICT`,
	`CREATE TABLE body (
		position INTEGER PRIMARY KEY,
		content  BLOB NOT NULL,
		form     INTEGER NOT NULL DEFAULT 0) STRICT`,
	`CREATE TABLE event (
		sequence INTEGER PRIMARY KEY,
		id       BLOB NOT NULL,
		receiver BLOB NOT NULL,
		name     BLOB NOT NULL,
		attempt  INTEGER NOT NULL,
		at       INTEGER NOT NULL,
		detail   BLOB,
		subject  INTEGER NOT NULL DEFAULT 0) STRICT`,
	`CREATE TABLE owner (
		slot     INTEGER PRIMARY KEY,
		sequence INTEGER NOT NULL) STRICT`,
	`CREATE TABLE progress (
		name     TEXT PRIMARY KEY,
		sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
	`INSERT INTO progress VALUES ('dispatched', 0), ('indexed', 0)`,
	fmt.Sprintf(`PRAGMA application_id = %d`, application),
	fmt.Sprintf(`PRAGMA user_version = %d`, version),
}

// touch creates the file if it is missing, for its owner only: SQLite would
// make it readable by all. The log beside it inherits the mode.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// examine fails unless the file is a queue of this version or an earlier one, or
// is empty. It only reads: a foreign file is left as it was.
func examine(c *sqlitefile.Conn) (empty bool, err error) {
	id, err := c.Number(`PRAGMA application_id`)
	if err != nil {
		return false, foreign(err)
	}
	v, err := c.Number(`PRAGMA user_version`)
	if err != nil {
		return false, foreign(err)
	}
	held, err := c.Number(`SELECT count(*) FROM sqlite_schema`)
	switch {
	case err != nil:
		return false, foreign(err)
	case id == 0 && v == 0 && held == 0:
		return true, nil
	case id == application && v > version:
		return false, fmt.Errorf("%w: version %d, known is %d", ErrNewer, v, version)
	case id == application && v >= 1:
		return false, nil
	}
	return false, fmt.Errorf("%w: application id %d, version %d", ErrForeign, id, v)
}

// migrations[v-1] are the statements that make a file of version v one of the
// next version. Version 1 has events of exchanges only, whose kind of subject
// is 0, and version 2 bodies that are plain, which stay so.
var migrations = [version - 1][]string{
	{`ALTER TABLE event ADD COLUMN subject INTEGER NOT NULL DEFAULT 0`},
	{`ALTER TABLE body ADD COLUMN form INTEGER NOT NULL DEFAULT 0`},
}

// create creates the tables and writes application and version to the header of
// the file, all or nothing.
func create(c *sqlitefile.Conn) error { return transform(c, "create tables", tables) }

// migrate brings a file of an earlier version to this one, all or nothing.
func migrate(c *sqlitefile.Conn) error {
	v, err := c.Number(`PRAGMA user_version`)
	if err != nil || v == version {
		return err
	}
	var all []string
	for _, statements := range migrations[v-1:] {
		all = append(all, statements...)
	}
	return transform(c, fmt.Sprintf("migrate from version %d", v), append(all, fmt.Sprintf(`PRAGMA user_version = %d`, version)))
}

// transform runs statements in one transaction.
func transform(c *sqlitefile.Conn, op string, statements []string) error {
	if err := c.Run(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	for _, text := range statements {
		if err := c.Run(text); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", op, err), c.Run(`ROLLBACK`))
		}
	}
	return c.Run(`COMMIT`)
}
