package files

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"syscall"
)

// A Local is the [Tree] in a folder of this machine, which may be shared. No link in it
// leads out of it.
type Local struct{ path string }

// NewLocal returns the tree in a folder. It makes no folders: one that is missing may
// be a disk that is not mounted.
func NewLocal(path string) Local { return Local{path} }

// do opens the folder, and is done with it. It is opened again each time, since a disk
// may be mounted meanwhile.
func (l Local) do(work func(*os.Root) error) error {
	root, err := os.OpenRoot(l.path)
	if err != nil {
		return explained(err)
	}
	defer func() { _ = root.Close() }() // nothing was written through it
	return explained(work(root))
}

// explained adds what package fs does not distinguish.
func explained(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	if errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: %w", fs.ErrPermission, err)
	}
	return err
}

// List is Tree's. It reads the names in portions, since a folder may have very many that
// are not wanted.
func (l Local) List(_ context.Context, folder string, wanted func(name string) bool) (found []File, err error) {
	err = l.do(func(root *os.Root) error {
		dir, err := openFolder(root, folder)
		if err != nil {
			return err
		}
		defer func() { _ = dir.Close() }() // it was only read
		for len(found) < MaxListed {
			entries, err := dir.ReadDir(portion)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if found, err = listed(found, entries, wanted); err != nil {
				return err
			}
		}
		found = found[:MaxListed]
		return nil
	})
	return found, err
}

// portion is how many names are read at a time.
const portion = 1000

// listed adds the entries that are wanted and are no folders.
func listed(found []File, entries []fs.DirEntry, wanted func(name string) bool) ([]File, error) {
	for _, e := range entries {
		if e.IsDir() || !wanted(e.Name()) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) { // it was moved meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, File{e.Name(), info.Size(), info.ModTime(), info.Mode().IsRegular()})
	}
	return found, nil
}

// Read is Tree's. The file is opened without waiting for it, as a pipe would make us,
// and must be the one that was found to be regular.
func (l Local) Read(_ context.Context, path string, most int64) (content []byte, err error) {
	err = l.do(func(root *os.Root) error {
		found, err := root.Lstat(path)
		if err != nil {
			return err
		}
		if !found.Mode().IsRegular() {
			return fmt.Errorf("%s: %w", path, ErrIrregular)
		}
		f, err := root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // it was only read
		opened, err := f.Stat()
		if err != nil {
			return err
		}
		if !os.SameFile(found, opened) {
			return fmt.Errorf("%s: %w: it was replaced", path, ErrIrregular)
		}
		content, err = ReadUpTo(f, most)
		return err
	})
	return content, err
}

// ReadUpTo reads all of a file that has at most so many bytes.
func ReadUpTo(r io.Reader, most int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(content)) > most {
		return nil, ErrTooLarge
	}
	return content, err
}

// mode lets the group of the folder read what is written, whatever the umask is.
const mode = 0o640

// Write is Tree's. The file has a name that nobody takes until it is whole.
func (l Local) Write(_ context.Context, to string, content []byte) error {
	return l.do(func(root *os.Root) error {
		part := Unfinished(to)
		f, err := root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			return err
		}
		_, err = f.Write(content)
		err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
		if err == nil {
			err = root.Rename(part, to)
		}
		if err != nil {
			return errors.Join(err, root.Remove(part))
		}
		return syncFolder(root, to)
	})
}

// Unfinished returns where a file is written before it is whole. Two that write the
// same at once do not meet.
func Unfinished(to string) string {
	folder, name := path.Split(to)
	return folder + "." + name + "." + rand.Text()[:8] + ".tmp"
}

// Move is Tree's.
func (l Local) Move(_ context.Context, from, to string) error {
	return l.do(func(root *os.Root) error {
		if _, err := root.Lstat(to); err == nil {
			return fmt.Errorf("%s: %w", to, fs.ErrExist)
		}
		if err := root.Rename(from, to); err != nil {
			return err
		}
		return errors.Join(syncFolder(root, to), syncFolder(root, from))
	})
}

// Remove is Tree's.
func (l Local) Remove(_ context.Context, path string) error {
	return l.do(func(root *os.Root) error {
		if err := root.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

// syncFolder makes the entry of a file durable.
func syncFolder(root *os.Root, of string) error {
	if runtime.GOOS == "windows" { // a folder cannot be flushed there
		return nil
	}
	dir, err := openFolder(root, path.Dir(of))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// openFolder fails if there is no folder, and does not wait as for a pipe.
func openFolder(root *os.Root, folder string) (*os.File, error) {
	dir, err := root.OpenFile(folder, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	found, err := dir.Stat()
	if err == nil && !found.IsDir() {
		err = &fs.PathError{Op: "open", Path: folder, Err: syscall.ENOTDIR}
	}
	if err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return dir, nil
}
