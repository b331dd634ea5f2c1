package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"beibu/queue/atomicfile"
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
	if err := atomicfile.Create(path, content, 0o644); err != nil {
		return fmt.Errorf("keep file: %w", err)
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

// folder makes a folder if it is not there.
func folder(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return nil
}
