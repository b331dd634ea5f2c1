package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// keep writes a new file in a folder, whole or not at all. If there is a regular
// file of that name already, it must hold the same bytes, and stays. What is
// there and no regular file (a link, a pipe, a device) is neither read nor
// written: it may lead anywhere, and a pipe may block without end.
func keep(dir, name string, content []byte) error {
	path := filepath.Join(dir, name)
	switch same, err := holds(path, content); {
	case err != nil:
		return fmt.Errorf("keep %s: %w", path, err)
	case same:
		return nil
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = place(f.Name(), path)
	}
	if err = errors.Join(err, os.RemoveAll(f.Name()), syncFolder(dir)); err != nil {
		return fmt.Errorf("keep %s: %w", path, err)
	}
	return nil
}

// replaceFile writes a file in a folder, whole or not at all, in the place of one
// that has its name.
func replaceFile(dir, name string, content []byte) error {
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err = errors.Join(err, os.RemoveAll(f.Name()), syncFolder(dir)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// holds reports whether a file is there with this content. It fails if there is
// something else of that name.
func holds(path string, content []byte) (bool, error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, errors.New("it is there already, and no regular file")
	case info.Size() != int64(len(content)):
		return false, errOtherContent
	}
	old, err := os.ReadFile(path)
	if err == nil && !bytes.Equal(old, content) {
		err = errOtherContent
	}
	return err == nil, err
}

var errOtherContent = errors.New("the file is there with other content")

// place gives a file its name, and fails if anything has that name by then.
func place(temporary, path string) error {
	err := os.Link(temporary, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	// Some file systems, FAT and shares among them, have no hard links. Whoever
	// makes the empty file owns the name.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Rename(temporary, path))
}

// syncFolder makes the names in a folder durable.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" { // a folder cannot be opened there
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// folder makes a folder if it is not there.
func folder(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return nil
}
