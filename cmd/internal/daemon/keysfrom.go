package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"beibu/cmd/internal/secret"
	"beibu/queue/atomicfile"
)

// takeKeys copies the keys *.pem of one folder that another lacks into it. A key that is
// there stays, since it may have been rotated. Nothing is copied from "".
func takeKeys(from, to string) error {
	if from == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(from, "*.pem"))
	if err == nil {
		err = os.MkdirAll(to, 0o700)
	}
	if err != nil {
		return err
	}
	for _, file := range files {
		path := filepath.Join(to, filepath.Base(file))
		content, err := secret.Read(file)
		if err == nil {
			err = atomicfile.Create(path, content, 0o600)
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("copy %s: %w", filepath.Base(file), err)
		}
	}
	return nil
}
