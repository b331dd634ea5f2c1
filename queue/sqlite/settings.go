package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"

	"beibu/queue"
)

// settings creates the table of the shared settings. The first files of version 1
// do not have it, so it is created if it is missing.
const settings = `CREATE TABLE IF NOT EXISTS setting (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL) STRICT, WITHOUT ROWID`

// share records the shared settings that are not on record, all or none, and
// fails with a *queue.SettingMismatchError if another value is on record.
func share(c *connection, shared map[string]string) error {
	if len(shared) == 0 {
		return nil
	}
	if err := c.run(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	err := tryShare(c, shared)
	if err != nil {
		return errors.Join(err, c.run(`ROLLBACK`))
	}
	return c.run(`COMMIT`)
}

func tryShare(c *connection, shared map[string]string) error {
	if err := c.run(settings); err != nil {
		return fmt.Errorf("create settings: %w", err)
	}
	put, err := c.prepare(`INSERT OR IGNORE INTO setting VALUES (?, ?)`)
	if err != nil {
		return err
	}
	get, err := c.prepare(`SELECT value FROM setting WHERE name = ?`)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(shared)) {
		if err := put.exec(name, shared[name]); err != nil {
			return fmt.Errorf("record %s: %w", name, err)
		}
		differs := &queue.SettingMismatchError{Name: name, Ours: shared[name]}
		err := get.query(func(row []driver.Value) error {
			differs.Recorded, _ = row[0].(string)
			return nil
		}, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if differs.Recorded != differs.Ours {
			return differs
		}
	}
	return nil
}
