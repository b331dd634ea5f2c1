package projection

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"

	"beibu/queue/atomicfile"
)

// Copy writes the projection at path, as it is at one moment, to a new file. It may
// be open and change meanwhile, in this process or in another. The copy is durable
// when Copy returns. The file to must be missing or empty, and it is of no use if
// Copy fails.
func Copy(ctx context.Context, path, to string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("copy projection: %w", err)
	}
	c, err := connect(path, waiting)
	if err != nil {
		return fmt.Errorf("copy %s: %w", path, err)
	}
	err = touch(to)
	if err == nil {
		err = c.copyTo(ctx, to)
	}
	if err = errors.Join(err, c.close()); err != nil {
		return fmt.Errorf("copy %s: %w", path, err)
	}
	return nil
}

func (c *connection) copyTo(ctx context.Context, to string) error {
	s, err := c.prepare(`VACUUM INTO ?`)
	if err != nil {
		return err
	}
	if _, err := s.execer.ExecContext(ctx, []driver.NamedValue{{Ordinal: 1, Value: to}}); err != nil {
		return err
	}
	return atomicfile.SyncFile(to)
}
