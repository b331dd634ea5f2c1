package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/queue"
	"beibu/queue/queuetest"
	"beibu/queue/sqlitefile"
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
	c, err := sqlitefile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range statements {
		if err := c.Run(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Close(); err != nil {
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

// versionOne are the tables of version 1, with an event of an exchange and a body.
var versionOne = []string{
	`CREATE TABLE log (sequence INTEGER PRIMARY KEY, id BLOB NOT NULL, key BLOB NOT NULL, digest BLOB NOT NULL,
		token BLOB NOT NULL, at INTEGER NOT NULL, head BLOB) STRICT`,
	`CREATE TABLE body (position INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT`,
	`CREATE TABLE event (sequence INTEGER PRIMARY KEY, id BLOB NOT NULL, receiver BLOB NOT NULL, name BLOB NOT NULL,
		attempt INTEGER NOT NULL, at INTEGER NOT NULL, detail BLOB) STRICT`,
	`CREATE TABLE owner (slot INTEGER PRIMARY KEY, sequence INTEGER NOT NULL) STRICT`,
	`CREATE TABLE progress (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
	`INSERT INTO progress VALUES ('dispatched', 0), ('indexed', 0)`,
	`INSERT INTO body VALUES (7, CAST('<Envelope/>' AS BLOB))`,
	`INSERT INTO event VALUES (1, x'000102030405060708090a0b0c0d0e0f', CAST('window-vn' AS BLOB), CAST('ContentHandover' AS BLOB), 1, 5, NULL)`,
	fmt.Sprintf(`PRAGMA application_id = %d`, application),
	`PRAGMA user_version = 1`,
}

// A file of version 1 is migrated in one transaction; its events are of
// exchanges, its bodies plain. An error leaves it as it was.
func TestOpenMigratesVersionOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	put(t, path, append(slices.Clone(versionOne), `ALTER TABLE event RENAME TO other`)...)
	if _, err := Open(t.Context(), path, Options{}); err == nil {
		t.Fatal("a file without a table of events was opened")
	}
	put(t, path, `ALTER TABLE other RENAME TO event`) // it is of version 1 still
	party := queue.Event{Subject: queue.Subject{Kind: queue.SubjectParty, ID: "window-vn"}, Name: "PartySuspended", At: time.UnixMicro(6).UTC()}
	for range 2 { // the second Open finds nothing to migrate
		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if at, err := s.Head(t.Context()); err != nil {
			t.Error(err)
		} else if at == 1 {
			if _, err := s.Append(t.Context(), party); err != nil {
				t.Error(err)
			}
		}
		changes, _, err := s.changes(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		old := queue.Event{
			Subject:  queue.ExchangeSubject([16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}),
			Receiver: "window-vn", Name: "ContentHandover", Attempt: 1, At: time.UnixMicro(5).UTC(),
		}
		if body, err := s.Body(t.Context(), 7); err != nil || string(body) != "<Envelope/>" {
			t.Errorf("body %q, %v", body, err)
		}
		if diff := cmp.Diff([]queue.Change{{Sequence: 1, Event: &old}, {Sequence: 2, Event: &party}}, changes); diff != "" {
			t.Error(diff)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
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
		if err != nil || len(found) != 6 { // the file, its log, the index of that, the lock, what is kept for a time, its journal
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

// The promise that an answer is on the disk depends on these settings.
func TestCommitsWaitForTheDisk(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "queue.db"))
	for pragma, want := range map[string]int64{"synchronous": 2, "page_size": pageBytes, "user_version": version} {
		if got, err := s.writer.conn.Number("PRAGMA " + pragma); err != nil || got != want {
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

// A shared setting may change, at a position of the log.
func TestChangedSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	queuetest.ChangedSettings(t, func(shared map[string]string) (queue.Queue, error) {
		return Open(t.Context(), path, Options{Shared: shared})
	})
}
