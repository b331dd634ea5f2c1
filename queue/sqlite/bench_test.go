package sqlite

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"beibu/queue"
	"beibu/queue/queuetest"
)

// clients are how many admit at a time.
var clients = []int{1, 16, 64}

// drive is queuetest.Drive with the time on the processors, which says more than
// the rate on a machine that others use too.
func drive(b *testing.B, n int, do func(i int64) error) {
	b.Helper()
	used := cpuTime()
	queuetest.Drive(b, n, do)
	b.ReportMetric(float64((cpuTime()-used).Nanoseconds())/1000/float64(b.N), "cpu-us/doc")
}

func benchStore(b *testing.B) *Store {
	b.Helper()
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "queue.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// BenchmarkAdmit admits sealed documents of 10 KB, beside the bound: the same
// bytes appended to a file that is synced before the answer, many callers to a
// sync, with no key, no table and no way to find anything again.
func BenchmarkAdmit(b *testing.B) {
	body := queuetest.Sealed(1)
	for _, n := range clients {
		b.Run(fmt.Sprintf("store=sqlite/clients=%d", n), func(b *testing.B) {
			s := benchStore(b)
			b.SetBytes(queuetest.SealedSize)
			drive(b, n, func(i int64) error {
				_, err := s.Admit(b.Context(), queuetest.Declaration(i, body))
				return err
			})
		})
		b.Run(fmt.Sprintf("store=file/clients=%d", n), func(b *testing.B) {
			f := newAppendFile(b)
			b.SetBytes(queuetest.SealedSize)
			drive(b, n, func(int64) error { return f.append(body) })
		})
	}
}

// BenchmarkAdmitFilled admits into a store that holds a thousand exchanges and
// one that holds a million. The million takes a while to make, so it is asked
// for by BEIBU_BENCH_MILLION=1.
func BenchmarkAdmitFilled(b *testing.B) {
	body := queuetest.Sealed(1)
	for _, held := range []int64{1_000, 1_000_000} {
		// Filled once: every round continues behind the last.
		fill := sync.OnceValues(func() (*Store, error) { return filledStore(b, held) })
		b.Run(fmt.Sprintf("held=%d", held), func(b *testing.B) {
			if held > 1_000 && os.Getenv("BEIBU_BENCH_MILLION") == "" {
				b.Skip("SKIPPED: set BEIBU_BENCH_MILLION=1 to fill a store with a million exchanges")
			}
			s, err := fill()
			if err != nil {
				b.Fatal(err)
			}
			first := 1_000_000_000 + s.writer.tx.last
			drive(b, 64, func(i int64) error {
				_, err := s.Admit(b.Context(), queuetest.Declaration(first+i, body))
				return err
			})
		})
	}
}

// filledStore makes a store that holds n exchanges with small bodies, for as
// long as b runs.
func filledStore(b *testing.B, n int64) (*Store, error) {
	b.Helper()
	s := benchStore(b)
	for i := int64(0); i < n; i += 1_000 {
		err := s.write(b.Context(), 0, func(tx *transaction) error {
			for j := range int64(1_000) {
				if _, err := tx.admit(queuetest.Declaration(i+j, nil), pack([]byte("small"), queue.Encoded{})); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// BenchmarkAdmitToEvents takes documents all the way: admitted by 64 clients,
// dispatched with an event each, an event appended when the receiver has it,
// both received by a follower. The time is from Admit to the last event received.
func BenchmarkAdmitToEvents(b *testing.B) {
	s := benchStore(b)
	body := queuetest.Sealed(1)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	waiting := make([]chan struct{}, b.N)
	for i := range waiting {
		waiting[i] = make(chan struct{})
	}
	handed := make(chan queue.Entry, 4096)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(handed)
		if err := s.Dispatch(ctx, func(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
			events := make([]queue.Event, 0, len(batch))
			for _, e := range batch {
				events = append(events, queue.Event{Subject: queue.ExchangeSubject(e.ID), Name: "ContentConsignment", At: e.At})
				handed <- e
			}
			return events, nil
		}); err != nil {
			b.Error(err)
		}
	})
	for range 16 {
		wg.Go(func() {
			for e := range handed {
				number := int(binary.BigEndian.Uint64(e.Token[:]))
				event := queue.Event{Subject: queue.ExchangeSubject(e.ID), Receiver: "vn", Name: "ContentHandover", Attempt: number, At: e.At}
				if _, err := s.Append(b.Context(), event); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		if err := s.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
			for _, c := range changes {
				if c.Event != nil && c.Event.Receiver != "" {
					close(waiting[c.Event.Attempt])
				}
			}
			return nil
		}); err != nil {
			b.Error(err)
		}
	})
	drive(b, 64, func(i int64) error {
		if _, err := s.Admit(b.Context(), queuetest.Declaration(i, body)); err != nil {
			return err
		}
		<-waiting[i]
		return nil
	})
	cancel()
	wg.Wait()
}

// An appendFile is the bound: nothing that syncs before it answers can be
// faster on the same disk.
type appendFile struct {
	f    *os.File
	jobs chan appendJob
}

type appendJob struct {
	body []byte
	done chan error
}

func newAppendFile(b *testing.B) *appendFile {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "bound"))
	if err != nil {
		b.Fatal(err)
	}
	a := &appendFile{f: f, jobs: make(chan appendJob, 256)}
	var wg sync.WaitGroup
	wg.Go(a.run)
	b.Cleanup(func() {
		close(a.jobs)
		wg.Wait()
		_ = f.Close() // what it holds is thrown away
	})
	return a
}

func (a *appendFile) append(body []byte) error {
	j := appendJob{body, make(chan error, 1)}
	a.jobs <- j
	return <-j.done
}

func (a *appendFile) run() {
	var batch []appendJob
	for j := range a.jobs {
		batch = append(batch[:0], j)
		for waits := len(a.jobs); waits > 0; waits-- {
			batch = append(batch, <-a.jobs)
		}
		var err error
		for _, j := range batch {
			if _, e := a.f.Write(j.body); e != nil {
				err = e
			}
		}
		if e := syncData(a.f); e != nil {
			err = e
		}
		for _, j := range batch {
			j.done <- err
		}
	}
}
