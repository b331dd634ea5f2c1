// Package projectiontest checks that a projection keeps what package projection
// promises.
package projectiontest

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange/projection"
	"beibu/queue"
)

// A Subject is the projection that is checked.
type Subject struct {
	Definition projection.Definition
	Record     []queue.Change // at least 200 changes, of which each 50 change rows
	Other      []queue.Change // the same length, of another store
}

// Run checks a projection.
func Run(t *testing.T, s Subject) {
	for name, check := range map[string]func(*testing.T, Subject){
		"opened again, continues":  continues,
		"batches":                  batches,
		"out of order":             outOfOrder,
		"stopped in the middle":    stopped,
		"cannot be used":           unusable,
		"of another record":        otherRecord,
		"wait":                     wait,
		"wait after reopening":     waitVerified,
		"path":                     paths,
		"refuses an ended context": ended,
	} {
		t.Run(name, func(t *testing.T) { check(t, s) })
	}
}

// Open opens the projection at path, with the cursor of a file that was made before
// the first change of the record. It is closed when the test ends.
func (s Subject) Open(tb testing.TB, path string) *projection.Projection {
	tb.Helper()
	p, err := projection.Open(context.Background(), path, s.Definition)
	if err == nil {
		err = p.Begin(context.Background(), &Feed{})
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = p.Close() })
	return p
}

// folded returns a projection of changes, folded in one batch.
func (s Subject) folded(tb testing.TB, changes []queue.Change) *projection.Projection {
	tb.Helper()
	p := s.Open(tb, filepath.Join(tb.TempDir(), "p.db"))
	fold(tb, p, changes)
	return p
}

func fold(tb testing.TB, p *projection.Projection, changes []queue.Change) {
	tb.Helper()
	if err := p.Fold(context.Background(), changes); err != nil {
		tb.Fatal(err)
	}
}

func last(changes []queue.Change) int64 { return changes[len(changes)-1].Sequence }

// same fails unless two projections have the same rows.
func same(tb testing.TB, got, want *projection.Projection) {
	tb.Helper()
	if diff := cmp.Diff(Rows(tb, want), Rows(tb, got)); diff != "" {
		tb.Errorf("rows, -want +got:\n%s", diff)
	}
}

func continues(t *testing.T, s Subject) {
	path := filepath.Join(t.TempDir(), "p.db")
	half := len(s.Record) / 2
	p := s.Open(t, path)
	Follow(t, p, &Feed{Changes: s.Record[:half], Batch: 7})
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p = s.Open(t, path)
	if p.Sequence() != last(s.Record[:half]) || p.Rebuilt() != nil {
		t.Errorf("opened at %d, rebuilt: %v", p.Sequence(), p.Rebuilt())
	}
	rest := &Feed{Changes: s.Record, Batch: 7}
	Follow(t, p, rest)
	if want := len(s.Record) - half + 1; rest.Published != want { // and the one that it knows the record by
		t.Errorf("read %d changes, want %d", rest.Published, want)
	}
	same(t, p, s.folded(t, s.Record))
}

func batches(t *testing.T, s Subject) {
	want := s.folded(t, s.Record)
	for _, size := range []int{1, 7, 64} {
		p := s.Open(t, filepath.Join(t.TempDir(), "p.db"))
		for at := 0; at < len(s.Record); at += size {
			end := min(at+size, len(s.Record))
			fold(t, p, s.Record[at:end])
			fold(t, p, s.Record[max(0, at-3):end]) // published twice
		}
		same(t, p, want)
	}
}

func outOfOrder(t *testing.T, s Subject) {
	p := s.Open(t, filepath.Join(t.TempDir(), "p.db"))
	empty := Rows(t, p)
	broken := append(append([]queue.Change{}, s.Record[:50]...), s.Record[10])
	if err := p.Fold(t.Context(), broken); err == nil {
		t.Error("folded a record that is out of order")
	}
	if diff := cmp.Diff(empty, Rows(t, p)); diff != "" || p.Sequence() != 0 {
		t.Errorf("at %d, kept a part of the batch:\n%s", p.Sequence(), diff)
	}
	fold(t, p, s.Record)
	same(t, p, s.folded(t, s.Record))
}

// stopped copies the files at moments of a run, as a process leaves them that ends
// there, and continues from each copy.
func stopped(t *testing.T, s Subject) {
	path := filepath.Join(t.TempDir(), "p.db")
	p := s.Open(t, path)
	var copies []string
	const batch = 100
	for at := 0; at < len(s.Record); at += batch {
		fold(t, p, s.Record[at:min(at+batch, len(s.Record))])
		copies = append(copies, copyFiles(t, path))
	}
	for _, path := range copies {
		p := s.Open(t, path)
		at := p.Sequence()
		done := 0
		for done < len(s.Record) && s.Record[done].Sequence <= at {
			done++
		}
		if done == 0 {
			t.Fatal("nothing was saved")
		}
		same(t, p, s.folded(t, s.Record[:done]))
		Follow(t, p, &Feed{Changes: s.Record, Batch: 50})
		same(t, p, s.folded(t, s.Record))
	}
}

// copyFiles copies a database that is open to a folder of its own.
func copyFiles(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "p.db")
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + suffix)
		if err == nil {
			err = os.WriteFile(to+suffix, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// unusable spoils the file in every way that can be noticed.
func unusable(t *testing.T, s Subject) {
	for name, test := range map[string]struct {
		suffix  string // of the file that is spoiled
		at      int64
		content []byte
	}{
		"no database":           {"", 0, []byte("this is no database, however long the text is")},
		"damaged head":          {"", 0, make([]byte, 64)},
		"of another version":    {"", 60, []byte{9, 9, 9, 9}}, // user_version
		"of another program":    {"", 68, []byte{9, 9, 9, 9}}, // application_id
		"noted as damaged once": {"-damaged", 0, []byte("malformed")},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "p.db")
			p := s.Open(t, path)
			fold(t, p, s.Record)
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
			patch(t, path+test.suffix, test.at, test.content)
			if s.Definition.Kept {
				unchanged(t, s, path, test.suffix == "")
				return
			}
			p = s.Open(t, path)
			if p.Rebuilt() == nil || p.Sequence() != 0 {
				t.Fatalf("continues at %d, rebuilt: %v", p.Sequence(), p.Rebuilt())
			}
			if _, err := os.Stat(path + ".aside"); err != nil {
				t.Errorf("not set aside: %v", err)
			}
			Follow(t, p, &Feed{Changes: s.Record, Batch: 50})
			same(t, p, s.folded(t, s.Record))
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
			if p = s.Open(t, path); p.Rebuilt() != nil {
				t.Errorf("set aside twice: %v", p.Rebuilt())
			}
		})
	}
}

// unchanged checks that a file that holds more than the record is left as it is.
func unchanged(t *testing.T, s Subject, path string, fails bool) {
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := projection.Open(t.Context(), path, s.Definition)
	if (err != nil) != fails {
		t.Errorf("opened with %v, want an error: %v", err, fails)
	}
	if err == nil {
		err = p.Close()
	}
	after, readErr := os.ReadFile(path)
	if readErr != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed: %v, %v", readErr, err)
	}
	if _, err := os.Stat(path + ".aside"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("set aside: %v", err)
	}
}

func otherRecord(t *testing.T, s Subject) {
	shorter := s.Record[:50]
	for name, record := range map[string][]queue.Change{"shorter": shorter, "another": s.Other} {
		t.Run(name, func(t *testing.T) {
			p := s.folded(t, s.Record)
			before := Rows(t, p)
			ctx, stop := context.WithCancel(t.Context())
			changed := p.Changed("")
			done := make(chan error, 1)
			go func() { done <- p.Run(ctx, &Feed{Changes: record, Batch: 50}) }()
			<-changed // the cursor has moved back
			if err := p.Wait(t.Context(), last(record)); err != nil {
				t.Fatal(err)
			}
			stop()
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if p.Rebuilt() == nil {
				t.Error("Rebuilt does not say why")
			}
			switch {
			case !s.Definition.Kept:
				same(t, p, s.folded(t, record))
			case s.Definition.FromEnd:
				if diff := cmp.Diff(before, Rows(t, p)); diff != "" || p.Sequence() != last(record) {
					t.Errorf("at %d, rows that are kept:\n%s", p.Sequence(), diff)
				}
			}
		})
	}
}

func wait(t *testing.T, s Subject) {
	synctest.Test(t, func(t *testing.T) {
		p := s.Open(t, filepath.Join(t.TempDir(), "p.db"))
		first, second := s.Record[:1], s.Record[1:2]
		done := make(chan error, 1)
		go func() { done <- p.Wait(t.Context(), last(second)) }()
		for _, batch := range [][]queue.Change{first, second} {
			synctest.Wait()
			select {
			case err := <-done:
				t.Fatalf("returned at %d: %v", p.Sequence(), err)
			default:
			}
			fold(t, p, batch)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := p.Wait(ctx, last(second)+1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the error of the context", err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

// waitVerified opens a file that an earlier process has folded: nobody takes it for the
// record's before the record was compared with it.
func waitVerified(t *testing.T, s Subject) {
	path := filepath.Join(t.TempDir(), "p.db")
	p := s.Open(t, path)
	fold(t, p, s.Record[:50])
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p = s.Open(t, path)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Wait(ended, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("before the check: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, &Feed{Changes: s.Record[:50], Batch: 50}) }()
	if err := p.Wait(t.Context(), last(s.Record[:50])); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// paths checks that the file is its owner's alone and that a relative path is
// relative to the working directory.
func paths(t *testing.T, s Subject) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("data", 0o700); err != nil {
		t.Fatal(err)
	}
	s.Open(t, "data/p.db")
	stat, err := os.Stat("data/p.db")
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", stat, err)
	}
	if _, err := projection.Open(t.Context(), filepath.Join("no", "such", "folder"), s.Definition); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func ended(t *testing.T, s Subject) {
	p := s.Open(t, filepath.Join(t.TempDir(), "p.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Fold(ctx, s.Record); !errors.Is(err, context.Canceled) || p.Sequence() != 0 {
		t.Errorf("folded to %d: %v", p.Sequence(), err)
	}
	if _, err := projection.Open(ctx, filepath.Join(t.TempDir(), "p.db"), s.Definition); !errors.Is(err, context.Canceled) {
		t.Errorf("opened: %v", err)
	}
}
