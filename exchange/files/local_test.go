package files_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"beibu/exchange/files"
	"beibu/exchange/files/filestest"
)

func TestLocal(t *testing.T) {
	filestest.Run(t, func(_ *testing.T, dir string) files.Tree { return files.NewLocal(dir) })
}

// No link leads out of the folder of a party, not even one in the place of a folder.
func TestLocalLeadsNowhereElse(t *testing.T) {
	dir, outside := filestest.Folders(t), t.TempDir()
	if err := errors.Join(os.Remove(filepath.Join(dir, files.In)), os.Symlink(outside, filepath.Join(dir, files.In))); err != nil {
		t.Fatal(err)
	}
	tree := files.NewLocal(dir)
	if err := tree.Write(t.Context(), files.In+"/a", nil); err == nil {
		t.Error("written through a link that leads out")
	}
	if got, err := tree.List(t.Context(), files.In, files.None); err == nil {
		t.Errorf("listed %v through a link that leads out", got)
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, files.In)), syscall.Mkfifo(filepath.Join(dir, files.In), 0o600)); err != nil {
		t.Fatal(err)
	}
	if got, err := tree.List(t.Context(), files.In, files.None); err == nil { // and does not wait for it
		t.Errorf("listed %v of a pipe", got)
	}
}

// Very many names that are not wanted hide none that is.
func TestLocalWithManyNames(t *testing.T) {
	dir := filestest.Folders(t)
	for n := range files.MaxListed + 1 {
		if err := os.WriteFile(filepath.Join(dir, files.Out, fmt.Sprintf("%d.tmp", n)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, files.Out, "a.xml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tree := files.NewLocal(dir)
	found, err := tree.List(t.Context(), files.Out, func(name string) bool { return name == "a.xml" })
	if err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
	all, err := tree.List(t.Context(), files.Out, func(string) bool { return true })
	if err != nil || len(all) != files.MaxListed {
		t.Errorf("%d listed, %v", len(all), err)
	}
}

func TestClass(t *testing.T) {
	for err, want := range map[error]string{
		syscall.ENOENT: files.ClassMissing, syscall.EACCES: files.ClassDenied, files.ErrFull: files.ClassFull,
		fmt.Errorf("%w: %w", files.ErrConnect, context.DeadlineExceeded): files.ClassTimeout,
		files.ErrConnect: files.ClassConnect, files.ErrHostKey: files.ClassHostKey, files.ErrLogin: files.ClassLogin, errors.New("x"): files.ClassOther,
	} {
		if got := files.Class(err); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
}

func TestIsName(t *testing.T) {
	for name, want := range map[string]bool{
		"a.xml": true, "许可 №1.xml": true, strings.Repeat("a", files.MaxName): true,
		"": false, ".": false, "..": false, "a/b": false, `a\b`: false, "a\nb": false, "a\u202eb": false, "a\xffb": false, strings.Repeat("a", files.MaxName+1): false,
	} {
		if got := files.IsName(name); got != want {
			t.Errorf("%q: %t", name, got)
		}
	}
}

// No room is a failure of its own.
func TestFull(t *testing.T) {
	for _, err := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		if got := files.Class(files.Explained(&os.PathError{Op: "write", Path: "in/a", Err: err})); got != files.ClassFull {
			t.Errorf("%v is %s", err, got)
		}
	}
	if got := files.Class(files.Explained(syscall.EROFS)); got != files.ClassDenied {
		t.Errorf("a disk that is only read is %s", got)
	}
}
