package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// fill admits until the store refuses and returns what was answered.
func fill(t *testing.T, s *Store, prefix string) []queue.Entry {
	t.Helper()
	var answered []queue.Entry
	for i := 0; ; i++ {
		e, err := s.Admit(t.Context(), queue.Submission{Key: fmt.Sprint(prefix, i), Body: incompressible(100 << 10)})
		if err != nil {
			if !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, queue.ErrFull) {
				t.Fatalf("admit to a full store: %v", err)
			}
			return answered
		}
		answered = append(answered, e)
	}
}

// incompressible returns bytes that take no less room when they are compressed.
func incompressible(size int) []byte {
	b := make([]byte, size)
	_, _ = rand.Read(b)
	return b
}

// whole fails the test unless the store holds exactly these entries.
func whole(t *testing.T, s *Store, want []queue.Entry) {
	t.Helper()
	var got []queue.Entry
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := s.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			got = append(got, *c.Entry)
		}
		if len(got) >= len(want) {
			cancel()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d entries, want %d", len(got), len(want))
	}
	for i, e := range want {
		if got[i].Key != e.Key || got[i].Position != e.Position {
			t.Fatalf("entry %d is %+v, want %+v", i, got[i], e)
		}
		if body, err := s.Body(t.Context(), e.Body); err != nil || len(body) != 100<<10 {
			t.Fatalf("body of %s: %d bytes, %v", e.Key, len(body), err)
		}
	}
	for table, n := range map[string]int{"log": len(want), "body": len(want)} {
		if rows := count(t, s, table); rows != int64(n) {
			t.Errorf("%d rows of %s, want %d", rows, table, n)
		}
	}
}

func count(t *testing.T, s *Store, table string) (n int64) {
	t.Helper()
	err := s.read(t.Context(), func(r *reader) (err error) {
		n, err = r.conn.Number(`SELECT count(*) FROM ` + table)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A store at its bound refuses documents, keeps nothing of them, and continues when the
// bound is raised.
func TestFullStoreRefusesAndRecovers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	s, err := Open(t.Context(), path, Options{MaxBytes: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	answered := fill(t, s, "first ")
	if len(answered) < 20 {
		t.Errorf("only %d documents in 4 MiB", len(answered))
	}
	if again := fill(t, s, "second "); len(again) != 0 {
		t.Errorf("%d documents admitted to a full store", len(again))
	}
	e := answered[0]
	if first, err := s.Admit(t.Context(), queue.Submission{Key: e.Key, Body: []byte("again")}); err != nil || first.Position != e.Position {
		t.Errorf("a duplicate at a full store: %+v, %v", first, err)
	}
	whole(t, s, answered)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path, Options{MaxBytes: 8 << 20}); err != nil {
		t.Fatal(err)
	}
	whole(t, s, answered)
	answered = append(answered, fill(t, s, "second ")...)
	whole(t, s, answered)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// What does not fit must not take with it what does.
func TestFullStoreServesWhatFits(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "queue.db"), Options{MaxBytes: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			size := 100
			if i%2 == 0 {
				size = 8 << 20
			}
			_, err := s.Admit(t.Context(), queue.Submission{Key: fmt.Sprint(i), Body: incompressible(size)})
			switch {
			case i%2 == 1 && err != nil:
				t.Errorf("a small document: %v", err)
			case i%2 == 0 && (!errors.Is(err, queue.ErrUnavailable) || !sqlitefile.IsFull(err)):
				t.Errorf("a document that does not fit: %v", err)
			}
		})
	}
	wg.Wait()
	if n := count(t, s, "log"); n != 20 {
		t.Errorf("%d entries, want 20", n)
	}
}
