// Package atomicfile writes files whole or not at all: a reader, or the next start
// after a crash, finds the old content, the new content or no file, and never a part.
// When a function has returned nil, the file and its name in the folder are durable.
//
// It is not github.com/google/renameio, which does not build for Windows and does not
// sync the folder.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Replace writes content to path with a mode. It replaces a file of that name.
func Replace(path string, content []byte, mode fs.FileMode) error {
	return ReplaceFrom(path, mode, func(to io.Writer) error {
		_, err := to.Write(content)
		return err
	})
}

// ReplaceFrom is [Replace] with the content that write writes. If write fails, path is
// unchanged and ReplaceFrom returns that error.
func ReplaceFrom(path string, mode fs.FileMode, write func(io.Writer) error) error {
	return put(path, mode, write, os.Rename)
}

// Create writes content to path with a mode. It fails with [fs.ErrExist] if there is
// anything of that name, and does not change it.
func Create(path string, content []byte, mode fs.FileMode) error {
	return CreateFrom(path, mode, func(to io.Writer) error {
		_, err := to.Write(content)
		return err
	})
}

// CreateFrom is [Create] with the content that write writes. If write fails, there is
// no file of that name and CreateFrom returns that error.
func CreateFrom(path string, mode fs.FileMode, write func(io.Writer) error) error {
	return put(path, mode, write, link)
}

// RemoveUnfinished removes temporary files that killed processes left behind for path.
// Its caller must be the only one that writes path.
func RemoveUnfinished(path string) error {
	folder, err := os.ReadDir(filepath.Dir(path))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove unfinished files: %w", err)
	}
	var errs []error
	for _, entry := range folder {
		if strings.HasPrefix(entry.Name(), prefix(path)) {
			errs = append(errs, os.Remove(filepath.Join(filepath.Dir(path), entry.Name())))
		}
	}
	return errors.Join(errs...)
}

// prefix returns the prefix of the names of temporary files for path.
func prefix(path string) string { return "." + filepath.Base(path) + ".new-" }

// put writes a temporary file in the folder of path, and gives it its name by place.
func put(path string, mode fs.FileMode, write func(io.Writer) error, place func(temporary, path string) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), prefix(path)+"*") // 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = errors.Join(write(f), f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = place(f.Name(), path)
	}
	if err = errors.Join(err, os.RemoveAll(f.Name())); err == nil {
		err = SyncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// link gives a file a second name, and fails if there is anything of that name.
func link(temporary, path string) error {
	err := os.Link(temporary, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// Some file systems, such as FAT and network shares, have no hard links. The
	// process that creates the empty file owns the name.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Rename(temporary, path))
}

// SyncFile makes the content of a file durable that other code has written.
func SyncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // Windows syncs no file that is open to be read
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// SyncFolder makes the names in a folder durable.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" { // a folder cannot be opened there
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
