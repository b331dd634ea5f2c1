package sqlite

import (
	"errors"
	"fmt"
	"os"
)

// application marks the file as ours in its header ("Beib"), version tells
// which tables it holds.
const (
	application = 0x42656962
	version     = 1
)

// ErrForeign says that a file is no queue of this program, ErrNewer that a
// later version of it wrote the file, ErrInUse that another process or store
// has it open.
var (
	ErrForeign = errors.New("not a queue file")
	ErrNewer   = errors.New("queue file of a newer version")
	ErrInUse   = errors.New("queue file in use")
)

// tables is the whole schema. Keys are blobs, since any bytes may stand in
// them. An owner's slot is a hash of the key, and as rowid it needs no second
// tree.
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
		content  BLOB NOT NULL) STRICT`,
	`CREATE TABLE event (
		sequence INTEGER PRIMARY KEY,
		id       BLOB NOT NULL,
		receiver BLOB NOT NULL,
		name     BLOB NOT NULL,
		attempt  INTEGER NOT NULL,
		at       INTEGER NOT NULL,
		detail   BLOB) STRICT`,
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

// touch makes the file where it is missing, for its owner only: SQLite would
// make it readable by all. The log beside it inherits the mode.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// examine says whether the file is a queue that we know. It only reads: a
// foreign file is left as it was. Where nothing is in it yet, empty is true.
func examine(c *connection) (empty bool, err error) {
	id, err := c.number(`PRAGMA application_id`)
	if err != nil {
		return false, foreign(err)
	}
	v, err := c.number(`PRAGMA user_version`)
	if err != nil {
		return false, foreign(err)
	}
	held, err := c.number(`SELECT count(*) FROM sqlite_schema`)
	switch {
	case err != nil:
		return false, foreign(err)
	case id == 0 && v == 0 && held == 0:
		return true, nil
	case id == application && v > version:
		return false, fmt.Errorf("%w: version %d, known is %d", ErrNewer, v, version)
	case id == application && v == version:
		return false, nil
	}
	return false, fmt.Errorf("%w: application id %d, version %d", ErrForeign, id, v)
}

// create makes the tables and marks the file, all or nothing.
func create(c *connection) error {
	if err := c.run(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	for _, text := range tables {
		if err := c.run(text); err != nil {
			return errors.Join(fmt.Errorf("create tables: %w", err), c.run(`ROLLBACK`))
		}
	}
	return c.run(`COMMIT`)
}
