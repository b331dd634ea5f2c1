package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"beibu/queue"
	"beibu/queue/queuetest"
)

func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// put runs statements on a file with no store on it.
func put(t *testing.T, path string, statements ...string) {
	t.Helper()
	if err := touch(path); err != nil {
		t.Fatal(err)
	}
	c, err := connect(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range statements {
		if err := c.run(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	tests := map[string]struct {
		prepare func(t *testing.T, path string)
		want    error
	}{
		"text": {func(t *testing.T, path string) {
			t.Helper()
			if err := os.WriteFile(path, bytes.Repeat([]byte("not a database\n"), 100), 0o600); err != nil {
				t.Fatal(err)
			}
		}, ErrForeign},
		"a table of somebody": {func(t *testing.T, path string) {
			t.Helper()
			put(t, path, `CREATE TABLE theirs (a)`)
		}, ErrForeign},
		"another application": {func(t *testing.T, path string) {
			t.Helper()
			put(t, path, `PRAGMA application_id = 7`, `PRAGMA user_version = 1`)
		}, ErrForeign},
		"a later version": {func(t *testing.T, path string) {
			t.Helper()
			put(t, path, fmt.Sprintf(`PRAGMA application_id = %d`, application), fmt.Sprintf(`PRAGMA user_version = %d`, version+1))
		}, ErrNewer},
		"a version that never was": {func(t *testing.T, path string) {
			t.Helper()
			put(t, path, fmt.Sprintf(`PRAGMA application_id = %d`, application), `CREATE TABLE log (a)`)
		}, ErrForeign},
		"no folder": {func(*testing.T, string) {}, os.ErrNotExist},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "queue.db")
			if errors.Is(test.want, os.ErrNotExist) {
				path = filepath.Join(t.TempDir(), "missing", "queue.db")
			}
			test.prepare(t, path)
			before, _ := os.ReadFile(path) // missing in one case
			s, err := Open(t.Context(), path, Options{})
			if !errors.Is(err, test.want) {
				t.Fatalf("error %v, want %v", err, test.want)
			}
			if s != nil {
				t.Error("a store in spite of the error")
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was touched")
			}
		})
	}
}

func TestOpenTakesOldAndOddFiles(t *testing.T) {
	for _, name := range []string{"queue.db", "a ?%41&b#c;.db", "北部湾.db"} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, nil, 0o600); err != nil { // left behind by a crash before anything was written
			t.Fatal(err)
		}
		s := open(t, path)
		if _, err := s.Admit(t.Context(), queue.Submission{Key: "key", Body: []byte("body")}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		found, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
		if err != nil || len(found) != 4 { // the file, its log, the index of that, the lock
			t.Errorf("%s: %v %v", name, found, err)
		}
	}
}

func TestOpenRefusesASecondStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	first := open(t, path)
	for range 3 {
		if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrInUse) {
			t.Fatalf("error %v, want %v", err, ErrInUse)
		}
	}
	if _, err := first.Admit(t.Context(), queue.Submission{Key: "key", Body: []byte("body")}); err != nil {
		t.Errorf("admit to the first: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestHeldOnceAtATime(t *testing.T) {
	name := filepath.Join(t.TempDir(), "name")
	held, err := Hold(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Hold(name); !errors.Is(err, ErrInUse) {
		t.Errorf("error %v, want %v", err, ErrInUse)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	if held, err = Hold(name); err != nil {
		t.Fatal(err)
	}
	if err := held.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, filepath.Join(t.TempDir(), "queue.db"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// Documents are not for everybody on the machine.
func TestFilesAreForTheirOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	open(t, path)
	found, err := filepath.Glob(path + "*")
	if err != nil || len(found) < 3 {
		t.Fatalf("%v, %v", found, err)
	}
	for _, name := range found {
		f, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if mode := f.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
}

// The promise that an answer is on the disk stands on these settings.
func TestCommitsWaitForTheDisk(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "queue.db"))
	for pragma, want := range map[string]int64{"synchronous": 2, "page_size": pageBytes, "user_version": version} {
		if got, err := s.writer.conn.number("PRAGMA " + pragma); err != nil || got != want {
			t.Errorf("%s is %d, %v; want %d", pragma, got, err, want)
		}
	}
	if _, err := os.Stat(s.path + "-wal"); err != nil {
		t.Errorf("no log beside the file: %v", err)
	}
}

// The first value of a shared setting is kept, over every opening.
func TestOpenRefusesAnotherSharedSetting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	queuetest.SharedSettings(t, func(shared map[string]string) (queue.Queue, error) {
		return Open(t.Context(), path, Options{Shared: shared})
	})
}
