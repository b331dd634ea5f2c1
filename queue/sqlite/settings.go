package sqlite

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// settings creates the table of the shared settings. The first files of version 1
// do not have it, so it is created if it is missing.
const settings = `CREATE TABLE IF NOT EXISTS setting (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL) STRICT, WITHOUT ROWID`

// share records the shared settings that are not on record, all or none, and
// fails with a *queue.SettingMismatchError if another value is on record.
func share(c *sqlitefile.Conn, shared map[string]string) error {
	if len(shared) == 0 {
		return nil
	}
	if err := c.Run(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	err := tryShare(c, shared)
	if err != nil {
		return errors.Join(err, c.Run(`ROLLBACK`))
	}
	return c.Run(`COMMIT`)
}

func tryShare(c *sqlitefile.Conn, shared map[string]string) error {
	if err := c.Run(settings); err != nil {
		return fmt.Errorf("create settings: %w", err)
	}
	put, err := c.Prepare(`INSERT OR IGNORE INTO setting VALUES (?, ?)`)
	if err != nil {
		return err
	}
	get, err := c.Prepare(`SELECT value FROM setting WHERE name = ?`)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(shared)) {
		if err := put.Exec(name, shared[name]); err != nil {
			return fmt.Errorf("record %s: %w", name, err)
		}
		differs := &queue.SettingMismatchError{Name: name, Ours: shared[name]}
		err := get.Query(func(row sqlitefile.Row) error {
			differs.Recorded = row.Text(0)
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
