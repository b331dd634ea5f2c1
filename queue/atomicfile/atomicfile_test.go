package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// contents returns the files of a folder and what they contain.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(text)
	}
	return all
}

// Whatever happens, the folder contains the old content or the new one, and no
// temporary file.
func TestWrites(t *testing.T) {
	broken := errors.New("broken")
	for name, test := range map[string]struct {
		write func(path string) error
		old   string // before, or ""
		want  string
		err   error
	}{
		"replace nothing":     {func(path string) error { return Replace(path, []byte("new"), 0o600) }, "", "new", nil},
		"replace a file":      {func(path string) error { return Replace(path, []byte("new"), 0o600) }, "old", "new", nil},
		"create":              {func(path string) error { return Create(path, []byte("new"), 0o600) }, "", "new", nil},
		"create what exists":  {func(path string) error { return Create(path, []byte("new"), 0o600) }, "old", "old", fs.ErrExist},
		"fail in the content": {failing(broken), "old", "old", broken},
		"fail to create":      {func(path string) error { return CreateFrom(path, 0o600, half(broken)) }, "", "", broken},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "file")
			if test.old != "" {
				if err := os.WriteFile(path, []byte(test.old), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := test.write(path); !errors.Is(err, test.err) {
				t.Errorf("error %v, want %v", err, test.err)
			}
			want := map[string]string{}
			if test.want != "" {
				want["file"] = test.want
			}
			if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// failing returns a replacement that fails after a part of the content.
func failing(err error) func(path string) error {
	return func(path string) error { return ReplaceFrom(path, 0o600, half(err)) }
}

// half returns what writes a part of the content, and then fails.
func half(err error) func(io.Writer) error {
	return func(to io.Writer) error {
		_, written := to.Write([]byte("ne"))
		return errors.Join(written, err)
	}
}

func TestMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, mode := range []fs.FileMode{0o600, 0o644} {
		if err := Replace(path, nil, mode); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("mode %v, %v; want %v", info.Mode(), err, mode)
		}
	}
}

// A file system without hard links takes another path, which overwrites nothing either.
func TestLinkOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := link(filepath.Join(dir, "missing"), path); err == nil {
		t.Error("no error")
	}
	if diff := cmp.Diff(map[string]string{"file": "old"}, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// What a killed process left behind is removed, and nothing else.
func TestRemoveUnfinished(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, name := range []string{".file.new-1", ".file.new-22", ".other.new-1", "file", "file.new-1"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveUnfinished(path); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{".other.new-1": "", "file": "", "file.new-1": ""}, contents(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// A file that cannot be written is not taken for durable.
func TestSyncFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := SyncFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is missing: %v", err)
	}
	if err := os.WriteFile(path, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := SyncFile(path); err != nil {
		t.Error(err)
	}
}
