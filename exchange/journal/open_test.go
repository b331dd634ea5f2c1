package journal_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/queue"
)

// A feed is a queue's record that is told in batches, and ends where ctx does.
type feed struct {
	changes []queue.Change
	batch   int
	told    int // changes told so far
}

func (f *feed) Head(context.Context) (int64, error) {
	if len(f.changes) == 0 {
		return 0, nil
	}
	return f.changes[len(f.changes)-1].Sequence, nil
}

func (f *feed) Follow(ctx context.Context, after int64, fold func(context.Context, []queue.Change) error) error {
	rest := f.changes
	for len(rest) > 0 && rest[0].Sequence <= after {
		rest = rest[1:]
	}
	for len(rest) > 0 {
		n := min(f.batch, len(rest))
		f.told += n
		if err := fold(ctx, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	<-ctx.Done()
	return nil
}

// run folds a feed until the index has come to its end.
func run(t *testing.T, j *journal.Journal, f *feed) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx, f) }()
	if err := j.Wait(t.Context(), f.changes[len(f.changes)-1].Sequence); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("run: %v", err)
	}
}

// An index that is opened again reads what is new, and no more than the one
// change by which it knows the record.
func TestReopen(t *testing.T) {
	changes := busy(t, 100)
	path := filepath.Join(t.TempDir(), "index.db")
	half := &feed{changes: changes[:300], batch: 7}
	j := openAt(t, path)
	run(t, j, half)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = openAt(t, path)
	if j.Sequence() != 300 || j.Again() != nil {
		t.Errorf("stands at %d, again: %v", j.Sequence(), j.Again())
	}
	rest := &feed{changes: changes, batch: 7}
	run(t, j, rest)
	if rest.told != len(changes)-300+1 {
		t.Errorf("was told %d of %d new changes", rest.told, len(changes)-300)
	}
	equal(t, j, (&record{tb: t, changes: changes}).folded(), changes)
}

// equal fails where two indexes differ in what they show.
func equal(t *testing.T, a, b *journal.Journal, changes []queue.Change) {
	t.Helper()
	for _, c := range changes {
		if c.Entry == nil {
			continue
		}
		if diff := cmp.Diff(show(t, a, c.Entry.ID), show(t, b, c.Entry.ID)); diff != "" {
			t.Fatal(diff)
		}
	}
}

// What cannot be gone on with is set aside and made again.
func TestSetAside(t *testing.T) {
	changes := busy(t, 20)
	tests := map[string]struct {
		suffix  string // of the file that is spoiled
		at      int64
		content []byte
	}{
		"no database":        {"", 0, []byte("this is no database, and long enough to tell")},
		"damaged head":       {"", 0, make([]byte, 64)},
		"of another version": {"", 60, []byte{9, 9, 9, 9}}, // user_version
		"of another program": {"", 68, []byte{9, 9, 9, 9}}, // application_id
		"found damaged":      {"-damaged", 0, []byte("malformed")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.db")
			j := openAt(t, path)
			run(t, j, &feed{changes: changes, batch: 50})
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			patch(t, path+test.suffix, test.at, test.content)
			j = openAt(t, path)
			if j.Again() == nil || j.Sequence() != 0 {
				t.Fatalf("goes on at %d, again: %v", j.Sequence(), j.Again())
			}
			if _, err := os.Stat(path + ".aside"); err != nil {
				t.Errorf("not set aside: %v", err)
			}
			run(t, j, &feed{changes: changes, batch: 50})
			equal(t, j, (&record{tb: t, changes: changes}).folded(), changes)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if j = openAt(t, path); j.Again() != nil {
				t.Errorf("set aside twice: %v", j.Again())
			}
		})
	}
}

// Damage that shows while the index is used is remembered for the next Open.
func TestDamageNoticed(t *testing.T) {
	changes := busy(t, 2000)
	path := filepath.Join(t.TempDir(), "index.db")
	j := openAt(t, path)
	run(t, j, &feed{changes: changes, batch: 5000})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	patch(t, path, 4096*20, make([]byte, stat.Size()-4096*20)) // all but the first tables' beginnings
	j = openAt(t, path)
	for _, c := range changes {
		if c.Entry != nil {
			if _, err = j.Exchange(t.Context(), c.Entry.ID); err != nil && exchange.KindOf(err) != exchange.NotFound {
				break
			}
		}
	}
	if err == nil {
		t.Fatal("no damage seen")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if j = openAt(t, path); j.Again() == nil {
		t.Error("the damage was forgotten")
	}
}

// An index whose store was lost or replaced is emptied and folded anew.
func TestOtherRecord(t *testing.T) {
	mine := busy(t, 30)
	other := &record{tb: t}
	for range mine {
		other.accept(document{Number: other.now().String(), Sender: "beihai"})
	}
	for name, record := range map[string][]queue.Change{"shorter": mine[:10], "another": other.changes} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.db")
			j := openAt(t, path)
			run(t, j, &feed{changes: mine, batch: 50})
			changed := j.Changed("")
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- j.Run(ctx, &feed{changes: record, batch: 50}) }()
			<-changed // emptied
			if err := j.Wait(t.Context(), record[len(record)-1].Sequence); err != nil {
				t.Fatal(err)
			}
			stop()
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if j.Again() == nil {
				t.Error("not said")
			}
			page, _, err := j.Exchanges(t.Context(), exchange.Query{Limit: 500})
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			for _, c := range record {
				if c.Entry != nil {
					want++
				}
			}
			if len(page) != want {
				t.Errorf("shows %d exchanges of %d", len(page), want)
			}
		})
	}
}

func TestOpenFails(t *testing.T) {
	if _, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	ctx, end := context.WithCancel(t.Context())
	end()
	if _, err := journal.Open(ctx, filepath.Join(t.TempDir(), "index.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// The index tells who trades what with whom: it is its owner's alone.
func TestMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	openAt(t, path)
	stat, err := os.Stat(path)
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", stat.Mode(), err)
	}
}

func patch(t *testing.T, path string, at int64, content []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(content, at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// A relative path is relative to the working directory, as everywhere.
func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("data", 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), "data/index.db")
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("data/index.db"); err != nil {
		t.Error(err)
	}
}
