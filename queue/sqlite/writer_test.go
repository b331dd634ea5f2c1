package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// batchOf makes jobs that are served together.
func batchOf(applies ...func(*transaction) error) []*job {
	var batch []*job
	for _, apply := range applies {
		batch = append(batch, &job{ctx: context.Background(), apply: apply, done: make(chan error, 1)})
	}
	return batch
}

func admitting(key string) func(*transaction) error {
	return func(tx *transaction) error {
		_, err := tx.admit(queue.Submission{Key: key}, pack([]byte("body of "+key), queue.Encoded{}))
		return err
	}
}

// A still store has no goroutine that writes: the test serves batches itself.
func still(t *testing.T) *writer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queue.db")
	if err := touch(path); err != nil {
		t.Fatal(err)
	}
	w, err := newWriter(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.conn.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func TestOneFailureTakesNoNeighbour(t *testing.T) {
	w := still(t)
	broken := errors.New("broken")
	batch := batchOf(admitting("a"), func(tx *transaction) error {
		if err := admitting("b")(tx); err != nil {
			return err
		}
		return broken
	}, admitting("c"))
	w.serve(append([]*job(nil), batch...))
	for i, want := range []error{nil, broken, nil} {
		if err := <-batch[i].done; !errors.Is(err, want) {
			t.Errorf("job %d: %v, want %v", i, err, want)
		}
	}
	for key, want := range map[string]int64{"a": 1, "b": 0, "c": 2} {
		got, err := w.conn.Number(`SELECT sequence FROM log WHERE key = CAST('` + key + `' AS BLOB)`)
		if err != nil || got != want {
			t.Errorf("%s has the sequence %d, %v; want %d", key, got, err, want)
		}
	}
	if n, err := w.conn.Number(`SELECT count(*) FROM body`); err != nil || n != 2 {
		t.Errorf("%d bodies, %v; want 2", n, err)
	}
	if at, _ := w.record.reached(); at != 2 {
		t.Errorf("the record ends at %d, want 2", at)
	}
}

// Three jobs are one transaction: while the third is at work, another
// connection sees nothing of the first.
func TestABatchIsOneTransaction(t *testing.T) {
	w := still(t)
	other, err := sqlitefile.Open(w.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	seen := func() int64 {
		n, err := other.Number(`SELECT count(*) FROM log`)
		if err != nil {
			t.Error(err)
		}
		return n
	}
	w.serve(batchOf(admitting("a"), admitting("b"), func(*transaction) error {
		if n := seen(); n != 0 {
			t.Errorf("%d entries seen before the batch is done", n)
		}
		return nil
	}))
	if n := seen(); n != 2 {
		t.Errorf("%d entries seen, want 2", n)
	}
}

func TestAJobLeftIsNotWritten(t *testing.T) {
	w := still(t)
	batch := batchOf(admitting("a"), admitting("b"))
	batch[0].taken.Store(true) // its caller has gone
	w.serve(append([]*job(nil), batch...))
	if err := <-batch[1].done; err != nil {
		t.Error(err)
	}
	if n, err := w.conn.Number(`SELECT count(*) FROM log`); err != nil || n != 1 {
		t.Errorf("%d entries, %v; want 1", n, err)
	}
}

// The log beside the file must not grow with what was ever written.
func TestLogIsReused(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "queue.db"))
	body := incompressible(256 << 10)
	var wg sync.WaitGroup
	const written = 8 * logBytes
	for c := range 4 {
		wg.Go(func() {
			for i := range written / len(body) / 4 {
				if _, err := s.Admit(t.Context(), queue.Submission{Key: fmt.Sprint(c, i), Body: body}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	log, err := os.Stat(s.path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if log.Size() > written/2 {
		t.Errorf("%d MiB written, %d MiB in the log", written>>20, log.Size()>>20)
	}
	t.Logf("%d MiB written, %d MiB in the log", written>>20, log.Size()>>20)
}

// A batch that is committed is not handled again.
func TestDispatchContinuesAfterLastCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	admit := func(s *Store, key string) {
		if _, err := s.Admit(t.Context(), queue.Submission{Key: key, Body: []byte("body")}); err != nil {
			t.Fatal(err)
		}
	}
	handed := func(s *Store) (keys []string) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Dispatch(ctx, func(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
			for _, e := range batch {
				keys = append(keys, e.Key)
			}
			cancel() // the batch is kept all the same
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	for i := range 3 {
		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		admit(s, fmt.Sprint(i))
		if got := handed(s); len(got) != 1 || got[0] != fmt.Sprint(i) {
			t.Errorf("handed over %v, want %d", got, i)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// Jobs of callers that are ready to run are written with the first.
func TestCollectLetsCallersRun(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	// The scheduler may run the writer again before the callers, but not each time.
	for range 20 {
		w := &writer{jobs: make(chan *job, batchJobs)}
		all := batchOf(nil, nil, nil)
		var callers sync.WaitGroup
		callers.Go(func() {
			w.jobs <- all[1]
			callers.Go(func() { w.jobs <- all[2] })
		})
		got := len(w.collect(all[0]))
		callers.Wait()
		if got == len(all) {
			return
		}
	}
	t.Error("callers that are ready to run are left for the next batch")
}

// A batch waits for nobody, and has no more than it may.
func TestCollectEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &writer{jobs: make(chan *job, 2*batchJobs)}
		all := batchOf(make([]func(*transaction) error, 2*batchJobs)...)
		start := time.Now()
		if got := len(w.collect(all[0])); got != 1 || time.Since(start) > 0 {
			t.Errorf("%d jobs after %s, want 1 at once", got, time.Since(start))
		}
		for _, j := range all[1:] {
			w.jobs <- j
		}
		for i, want := range []int{batchJobs, batchJobs, 2} {
			if got := len(w.collect(all[0])); got != want || time.Since(start) > 0 {
				t.Errorf("batch %d has %d jobs after %s, want %d at once", i, got, time.Since(start), want)
			}
		}
		large := batchOf(nil, nil)
		large[0].size = batchBytes
		w.jobs <- large[1]
		if got := len(w.collect(large[0])); got != 1 {
			t.Errorf("%d jobs with one that is as large as a batch may be, want it alone", got)
		}
	})
}

// The first round after a while begins at once, and each later one roundTime
// after the one before, or later if that had many changes but no full page; the end of a
// context is not waited out.
func TestPacer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		var rounds pacer
		for i, want := range []time.Duration{0, roundTime, 2 * roundTime} {
			if rounds.wait(ctx); time.Since(start) != want {
				t.Errorf("round %d begins after %s, want %s", i, time.Since(start), want)
			}
		}
		at := time.Since(start)
		for changes, want := range map[int]time.Duration{
			1: roundTime, 10: roundTime, 20: 4 * time.Millisecond, 40: 8 * time.Millisecond, 161: busyTime, recentPage - 1: busyTime, recentPage: roundTime,
		} {
			rounds.changes, rounds.full = changes, changes == recentPage
			if rounds.wait(ctx); time.Since(start)-at != want {
				t.Errorf("a round begins %s after one of %d changes, want %s", time.Since(start)-at, changes, want)
			}
			at = time.Since(start)
		}
		cancel()
		if rounds.wait(ctx); time.Since(start) != at {
			t.Errorf("an ended context is waited for until %s", time.Since(start))
		}
	})
}
