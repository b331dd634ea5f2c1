package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// stdin is how a command line names the standard input.
const stdin = "-"

// files returns the files that are named, and the *.xml files below the
// folders that are named, in order. What is not there, or cannot be searched,
// is among them by its own name: reading it tells why, and keeps none of the
// others from being read.
func files(names []string) []string {
	var all []string
	for _, name := range names {
		if info, err := os.Stat(name); name != stdin && err == nil && info.IsDir() {
			all = append(all, filesIn(name)...)
			continue
		}
		all = append(all, name)
	}
	return all
}

// filesIn returns the *.xml files below a folder, or else the folder.
func filesIn(folder string) []string {
	var all []string
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() && strings.EqualFold(filepath.Ext(path), ".xml") {
			all = append(all, path)
		}
		return nil
	})
	if len(all) == 0 {
		return []string{folder}
	}
	return all
}

// maxFile bounds what is read of one file, in bytes: the largest document that
// a daemon can be configured for, in an envelope, and more than a check takes.
const maxFile = 128 << 20

// read reads a file, or the standard input, up to maxFile bytes.
func (s *session) read(name string) ([]byte, error) {
	from := s.in
	if name != stdin {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("read document: %w", err)
		}
		defer func() { _ = f.Close() }()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, fmt.Errorf("read documents: there is no .xml file in %s", name)
		}
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("read %s: it is larger than %d MiB", name, maxFile>>20)
	}
	return b, nil
}

// keep writes a file in a folder, whole or not at all. Where it is there
// already it must hold the same bytes, and stays.
func keep(dir, name string, content []byte) error {
	path := filepath.Join(dir, name)
	old, err := os.ReadFile(path)
	switch {
	case err == nil && string(old) == string(content):
		return nil
	case err == nil:
		return fmt.Errorf("keep %s: the file is there with other content", path)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("keep file: %w", err)
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("keep %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// folder makes a folder where it is not there.
func folder(dir string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return nil
}
