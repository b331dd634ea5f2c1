package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	"beibu/queue"
)

// A copy made while the store admits holds all up to one position and nothing after
// it. It opens only when that is asked for, until it is adopted; the setting that is
// changed by that applies from the end of the copy on, and the copy of the adopted
// file is a copy again.
func TestCopy(t *testing.T) {
	dir := t.TempDir()
	path, to := filepath.Join(dir, "queue.db"), filepath.Join(dir, "copy.db")
	shared := Options{Shared: map[string]string{"epoch": "1"}}
	s, err := Open(t.Context(), path, shared)
	if err != nil {
		t.Fatal(err)
	}
	admit := func(s *Store, n int) error {
		key := "number " + strconv.Itoa(n)
		_, err := s.Admit(context.WithoutCancel(t.Context()), queue.Submission{Key: key, Token: [16]byte{1, byte(n)}, Body: []byte(key)})
		return err
	}
	for n := range 100 {
		if err := admit(s, n); err != nil {
			t.Fatal(err)
		}
	}
	meanwhile := make(chan error)
	go func() {
		var err error
		for n := 100; n < 200 && err == nil; n++ {
			err = admit(s, n)
		}
		meanwhile <- err
	}()
	c, err := Copy(t.Context(), path, to)
	if err := errors.Join(err, <-meanwhile, s.Close()); err != nil {
		t.Fatal(err)
	}
	if c.Head < 100 || c.Head > 200 || len(c.Boundaries) != 0 {
		t.Fatalf("copied %+v", c)
	}
	if _, err := Open(t.Context(), to, shared); !errors.Is(err, ErrCopy) {
		t.Fatalf("a copy opens: %v", err)
	}
	shared.Copy = true
	if s, err = Open(t.Context(), to, shared); err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		_, err := s.Owned(t.Context(), "number "+strconv.Itoa(n))
		if has := err == nil; has != (int64(n) < c.Head) {
			t.Errorf("number %d: %v, and the copy ends at %d", n, err, c.Head)
		}
	}
	if err := errors.Join(s.Adopt(t.Context(), "epoch", "2"), s.Close()); err != nil {
		t.Fatal(err)
	}
	shared.Copy = false
	if s, err = Open(t.Context(), to, shared); err != nil {
		t.Fatalf("an adopted copy: %v", err)
	}
	for position, want := range map[int64]string{c.Head: "1", c.Head + 1: "2"} {
		if got, err := s.SettingAt("epoch", position); err != nil || got != want {
			t.Errorf("epoch %s at %d, %v, want %s", got, position, err, want)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(dir, "again.db")
	if c, err = Copy(t.Context(), to, again); err != nil || fmt.Sprint(c.Boundaries) != fmt.Sprintf("map[epoch:[{2 [%d]}]]", c.Head+1) {
		t.Errorf("copied %+v, %v", c, err)
	}
	if _, err := Open(t.Context(), again, shared); !errors.Is(err, ErrCopy) {
		t.Errorf("a copy of an adopted copy opens: %v", err)
	}
}

// Nothing else is copied, and nothing over a file that holds something.
func TestCopyRefuses(t *testing.T) {
	dir := t.TempDir()
	path, foreign := filepath.Join(dir, "queue.db"), filepath.Join(dir, "foreign.db")
	put(t, foreign, `CREATE TABLE other (x)`)
	if _, err := Copy(t.Context(), foreign, filepath.Join(dir, "a.db")); !errors.Is(err, ErrForeign) {
		t.Errorf("a foreign file: %v", err)
	}
	if _, err := Copy(t.Context(), filepath.Join(dir, "missing.db"), filepath.Join(dir, "b.db")); err == nil {
		t.Error("copied a file that is not there")
	}
	open(t, path)
	if _, err := Copy(t.Context(), path, foreign); err == nil {
		t.Error("wrote over a file")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Copy(ctx, path, filepath.Join(dir, "c.db")); err == nil {
		t.Error("copied after the end of the context")
	}
}
