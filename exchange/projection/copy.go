package projection

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"beibu/queue/atomicfile"
	"beibu/queue/sqlitefile"
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
	c, err := sqlitefile.Open(path, waiting)
	if err != nil {
		return fmt.Errorf("copy %s: %w", path, err)
	}
	err = touch(to)
	if err == nil {
		err = copyTo(ctx, c, to)
	}
	if err = errors.Join(err, c.Close()); err != nil {
		return fmt.Errorf("copy %s: %w", path, err)
	}
	return nil
}

func copyTo(ctx context.Context, c *sqlitefile.Conn, to string) error {
	if err := c.Within(ctx, func() error { return c.Run(`VACUUM INTO ?`, to) }); err != nil {
		return err
	}
	return atomicfile.SyncFile(to)
}
