package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"

	"beibu/queue"
)

// settings is the table of what was agreed. It came after the first files of this
// version and is made where it is missing; who does not know it passes it over.
const settings = `CREATE TABLE IF NOT EXISTS setting (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL) STRICT, WITHOUT ROWID`

// agree records what the file is opened with, all or nothing, and fails with a
// *queue.Disagreement where something else was recorded before.
func agree(c *connection, agreed map[string]string) error {
	if len(agreed) == 0 {
		return nil
	}
	if err := c.run(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	err := tryAgree(c, agreed)
	if err != nil {
		return errors.Join(err, c.run(`ROLLBACK`))
	}
	return c.run(`COMMIT`)
}

func tryAgree(c *connection, agreed map[string]string) error {
	if err := c.run(settings); err != nil {
		return fmt.Errorf("make settings: %w", err)
	}
	put, err := c.prepare(`INSERT OR IGNORE INTO setting VALUES (?, ?)`)
	if err != nil {
		return err
	}
	get, err := c.prepare(`SELECT value FROM setting WHERE name = ?`)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(agreed)) {
		if err := put.exec(name, agreed[name]); err != nil {
			return fmt.Errorf("record %s: %w", name, err)
		}
		d := &queue.Disagreement{Name: name, Ours: agreed[name]}
		err := get.query(func(row []driver.Value) error {
			d.Recorded, _ = row[0].(string)
			return nil
		}, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if d.Recorded != d.Ours {
			return d
		}
	}
	return nil
}
