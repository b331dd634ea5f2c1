package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"beibu/queue"
	"beibu/queue/sqlite"
)

// personal is in the bytes that the tests keep.
var personal = []byte("NGUYEN THI HOA, B7204411")

// holds returns the names of the files of a folder that have some bytes.
func holds(t *testing.T, dir string, some []byte) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		b, err := os.ReadFile(filepath.Join(dir, one.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, some) {
			names = append(names, one.Name())
		}
	}
	return names
}

// Bytes whose time is over cannot be read at once, and within a minute they are in no file,
// however many they are. Those whose time is not over stay.
func TestKeptBytesLeaveTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s := openAt(filepath.Join(dir, "queue.db"))(t)
		defer func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}()
		keep := func(name string, size int, d time.Duration) int64 {
			content := append(append([]byte(name), personal...), make([]byte, size)...)
			position, err := s.Keep(t.Context(), content, time.Now().Add(d))
			if err != nil {
				t.Fatal(err)
			}
			return position
		}
		var over []int64
		for i := range 40 {
			over = append(over, keep(fmt.Sprint("short", i), 10_000*(i%3), time.Hour))
		}
		longer := keep("longer", 100_000, 2*time.Hour)
		if got := holds(t, dir, personal); len(got) == 0 {
			t.Fatal("no file has the bytes: the test would find nothing")
		}
		<-time.After(time.Hour)
		for _, position := range over {
			if _, err := s.Kept(t.Context(), position); !errors.Is(err, queue.ErrNotFound) {
				t.Fatalf("after their time: %v", err)
			}
		}
		<-time.After(time.Minute + time.Millisecond)
		synctest.Wait()
		if got := holds(t, dir, []byte("short")); len(got) > 0 {
			t.Errorf("a minute later, %v have the bytes", got)
		}
		if _, err := s.Kept(t.Context(), longer); err != nil {
			t.Errorf("those that are kept for longer: %v", err)
		}
		<-time.After(time.Hour)
		synctest.Wait()
		if got := holds(t, dir, personal); len(got) > 0 {
			t.Errorf("in the end, %v have the bytes", got)
		}
		if all, err := os.Stat(filepath.Join(dir, "queue.db-kept")); err != nil || all.Size() > 200_000 {
			t.Errorf("the empty file has %d bytes, %v", all.Size(), err)
		}
	})
}

// What is over when a store is opened is removed then.
func TestKeptBytesOfAStoppedStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		open := openAt(filepath.Join(dir, "queue.db"))
		s := open(t)
		if _, err := s.Keep(t.Context(), personal, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Hour)
		s = open(t)
		synctest.Wait()
		if got := holds(t, dir, personal); len(got) > 0 {
			t.Errorf("%v have the bytes", got)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A copy of the queue has none of the bytes that are kept for a time.
func TestKeptBytesAreInNoCopy(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	path := filepath.Join(from, "queue.db")
	s := openAt(path)(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.Keep(t.Context(), personal, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Copy(t.Context(), path, filepath.Join(to, "copy.db")); err != nil {
		t.Fatal(err)
	}
	if got := holds(t, to, personal); len(got) > 0 {
		t.Errorf("%v have the bytes", got)
	}
}

// A file that is not ours is left as it is.
func TestKeptBytesInAForeignFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	if err := os.WriteFile(path+"-kept", bytes.Repeat([]byte("not a database "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); !errors.Is(err, sqlite.ErrForeign) {
		t.Errorf("error %v, want %v", err, sqlite.ErrForeign)
	}
}
