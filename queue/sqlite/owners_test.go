package sqlite

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"beibu/queue"
)

// crowded hashes keys to few slots, so that most collide.
func crowded(key string) int64 { return slot(key) & 31 }

// A folding is a writer without its goroutine, whose owners fold early and
// collide often.
type folding struct {
	t     *rapid.T
	path  string
	w     *writer
	model map[string]int64 // key to the sequence of its owner
}

func (f *folding) open() {
	w, err := newWriter(f.path, Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	w.tx.owners = owners{slotOf: crowded, enough: 40, step: 1}
	if err := w.tx.owners.prepare(w.conn); err != nil {
		f.t.Fatal(err)
	}
	f.w = w
}

func (f *folding) close() {
	if err := f.w.conn.Close(); err != nil {
		f.t.Fatal(err)
	}
}

// write admits keys in one transaction, which fails with err.
func (f *folding) write(keys []string, err error) map[string]int64 {
	answers := make(map[string]int64)
	got := f.w.transact([]*job{{ctx: context.Background(), apply: func(tx *transaction) error {
		for _, key := range keys {
			e, err := tx.admit(queue.Submission{Key: key}, pack([]byte("body"), queue.Encoded{}))
			if err != nil {
				return err
			}
			if e.Key != key {
				return fmt.Errorf("%q is answered for %q", e.Key, key)
			}
			answers[key] = e.Position
		}
		return err
	}}})
	if !errors.Is(got, err) {
		f.t.Fatalf("write: %v, want %v", got, err)
	}
	return answers
}

// lookUp has a reader look keys up: it knows what is committed, and no more.
func (f *folding) lookUp(keys []string) {
	r, err := newReader(f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = r.conn.Close() }() // it only reads
	for _, key := range keys {
		e, err := f.w.tx.owners.known(key, r)
		if err != nil || e.Position != f.model[key] || e.Position != 0 && e.Key != key {
			f.t.Fatalf("%q is owned by %d, and a reader finds %d (%s), %v", key, f.model[key], e.Position, e.Key, err)
		}
	}
}

// Through collisions, rollbacks, folds and crashes in the middle of a fold
// every key keeps its first owner. A crash is closing without finishing the
// fold: what counts is what a commit has left in the tables.
func TestOwnersAreNeverLost(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		f := &folding{t: rt, path: filepath.Join(dir, fmt.Sprint(n)), model: make(map[string]int64)}
		if err := touch(f.path); err != nil {
			rt.Fatal(err)
		}
		f.open()
		defer f.close()
		keys := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,2}`), 0, 8)
		rt.Repeat(map[string]func(*rapid.T){
			"commit": func(rt *rapid.T) {
				for key, at := range f.write(keys.Draw(rt, "keys"), nil) {
					if first, held := f.model[key]; held && first != at {
						rt.Fatalf("%q is owned by %d and %d", key, first, at)
					}
					f.model[key] = at
				}
				f.lookUp(slices.Collect(maps.Keys(f.model)))
			},
			"roll back": func(rt *rapid.T) { f.write(keys.Draw(rt, "keys"), errors.New("rolled back")) },
			"crash":     func(*rapid.T) { f.close(); f.open() },
		})
		f.lookUp(keys.Draw(rt, "asked"))
		for key, first := range f.model {
			if at := f.write([]string{key}, nil)[key]; at != first {
				rt.Fatalf("%q was owned by %d and is by %d", key, first, at)
			}
		}
	})
}

// A fold must end before the next is due, however much a commit brings.
func TestFoldKeepsUp(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "queue.db"))
	next := 0
	for range 3 * gathered / 1000 {
		err := s.write(t.Context(), 0, func(tx *transaction) error {
			for range 1000 {
				next++
				if _, err := tx.admit(queue.Submission{Key: fmt.Sprint(next)}, pack([]byte("body"), queue.Encoded{})); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if o := &s.writer.tx.owners; len(o.recent) > gathered+1000 {
			t.Fatalf("%d owners wait for a fold", len(o.recent))
		}
	}
	if n, err := s.writer.conn.Number(`SELECT count(*) FROM owner`); err != nil || n < gathered {
		t.Errorf("%d owners in the table, %v", n, err)
	}
}

// The same without chance: a crash after every single step of every fold.
func TestFoldCutShort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	if err := touch(path); err != nil {
		t.Fatal(err)
	}
	first := make(map[string]int64)
	for i := range 60 {
		w, err := newWriter(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		w.tx.owners = owners{slotOf: crowded, enough: 4, step: 1}
		if err := w.tx.owners.prepare(w.conn); err != nil {
			t.Fatal(err)
		}
		first[fmt.Sprint(i)] = 0
		for key, want := range first {
			var e queue.Entry
			batch := batchOf(func(tx *transaction) (err error) {
				e, err = tx.admit(queue.Submission{Key: key}, pack([]byte("body"), queue.Encoded{}))
				return err
			})
			w.serve(append([]*job(nil), batch...))
			if err := <-batch[0].done; err != nil || e.Key != key || want != 0 && e.Position != want {
				t.Fatalf("%s was owned by %d and is by %d (%s), %v", key, want, e.Position, e.Key, err)
			}
			first[key] = e.Position
			if i%2 == 0 && want == 0 {
				break // and crash in the middle of a fold
			}
		}
		if first[fmt.Sprint(i)] == 0 {
			delete(first, fmt.Sprint(i))
		}
		if err := w.conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
