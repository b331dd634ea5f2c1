package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.uber.org/zap"
)

// reserveFile takes up the room that the stores need to be opened, so that a
// daemon can be started on a disk that others have filled: SQLite cannot even read
// a file before it has allocated what its connections share.
const (
	reserveFile = "reserve"
	reserveSize = 1 << 20
)

// reserved opens the stores, and writes the file with the process id, with the
// reserve released. It takes the reserve again, then and when everything is closed:
// as much of it as there is room for.
func (d *Daemon) reserved(ctx context.Context) error {
	path := filepath.Join(d.config.Data, reserveFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("release reserve: %w", err)
	}
	reserve := func() {
		if err := takeReserve(path); err != nil {
			d.log.Warn("disk is nearly full: the reserve for the next startup is not complete", zap.String("file", path), zap.Error(err))
		}
	}
	d.life.onStop("reserve", func(context.Context) error { reserve(); return nil })
	if err := d.namePID(); err != nil {
		return err
	}
	if err := d.openStores(ctx); err != nil {
		return err
	}
	reserve()
	return nil
}

// takeReserve makes the file as large as it should be. It keeps what the disk has
// taken if that is less.
func takeReserve(path string) error {
	if info, err := os.Stat(path); err == nil && info.Size() >= reserveSize {
		return nil
	}
	content := make([]byte, reserveSize) // random, since a file system may compress
	if _, err := rand.Read(content); err != nil {
		return fmt.Errorf("make reserve: %w", err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("write reserve: %w", err)
	}
	return nil
}
