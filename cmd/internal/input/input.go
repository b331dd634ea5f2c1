// Package input finds and reads the files that a command line names.
package input

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Stdin is the name of the standard input on a command line.
const Stdin = "-"

// CodeUnreadable is the code of a file that could not be read.
const CodeUnreadable = "file.unreadable"

// Files returns the files that are named, and the *.xml files below the folders
// that are named, in order. A name that does not exist, or a folder without such
// files, stays in the list: [Read] returns the reason, and the others are read.
func Files(names []string) []string {
	var all []string
	for _, name := range names {
		if info, err := os.Stat(name); name != Stdin && err == nil && info.IsDir() {
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

// maxFile is the largest file that is read, in bytes: the largest document that a
// daemon can be configured for, in an envelope, and more than a check accepts.
const maxFile = 128 << 20

// Read reads a file, or the standard input if the name is [Stdin]. It fails above
// 128 MiB.
func Read(stdin io.Reader, name string) ([]byte, error) {
	from := stdin
	if name != Stdin {
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
