package kafka

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
	"beibu/queue/queuetest"
)

// BenchmarkOpen opens a queue whose log holds 200,000 keys, all dispatched, as a
// daemon does when it starts: without a snapshot it consumes all of log and events,
// with one it loads that.
func BenchmarkOpen(b *testing.B) {
	keys := 200_000
	if testing.Short() {
		keys = 5_000
	}
	o := benchOptions(b)
	fill(b, o, keys)
	for name, path := range map[string]string{"none": "", "saved": filepath.Join(b.TempDir(), "log.snapshot")} {
		b.Run("snapshot="+name, func(b *testing.B) {
			o.Snapshot = path
			if path != "" {
				reopened(b, o, keys) // saves it
				b.ResetTimer()
			}
			var opening time.Duration
			for b.Loop() {
				opening += reopened(b, o, keys)
			}
			b.ReportMetric(float64(opening.Milliseconds())/float64(b.N), "ms/open")
			b.ReportMetric(float64(b.N*keys)/opening.Seconds(), "keys/s")
			b.ReportMetric(0, "ns/op") // it closes too
		})
	}
}

// reopened opens a queue that knows so many keys then, and closes it. It returns
// how long the opening took.
func reopened(b testing.TB, o Options, keys int) time.Duration {
	b.Helper()
	started := time.Now()
	q, err := Open(b.Context(), o)
	took := time.Since(started)
	if err != nil {
		b.Fatal(err)
	}
	if got := q.owners.size(); got != keys {
		b.Fatalf("%d keys, want %d", got, keys)
	}
	if err := q.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}

// fill writes the records of so many documents to log, and to events that they
// are dispatched.
func fill(b *testing.B, o Options, keys int) {
	b.Helper()
	q, err := Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := q.Close(); err != nil {
			b.Error(err)
		}
	}()
	const batch = 1000
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for from := w * batch; from < keys; from += 4 * batch {
				messages := make([]kafkago.Message, 0, batch)
				for i := from; i < min(from+batch, keys); i++ {
					s := queuetest.Declaration(int64(i), []byte("body"))
					messages = append(messages, kafkago.Message{
						Topic: q.topics.log, Key: []byte(s.Key), Value: encodeEntry(s.Entry(0, 1)),
					})
				}
				if err := q.send(b.Context(), messages...); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	now, err := q.spans(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for p, log := range now.log {
		for from := log.first; from < log.end; from += 100 {
			m := message{partition: p}
			for offset := from; offset < min(from+100, log.end); offset++ {
				e := queuetest.Declaration(offset, []byte("body")).Entry(0, 1)
				m.changes = append(m.changes, change{offset, &e, nil},
					change{offset, nil, &queue.Event{Subject: queue.ExchangeSubject(e.ID), Receiver: "vn-single-window", Name: "ContentConsignment", At: e.At}})
			}
			if err := q.send(b.Context(), kafkago.Message{Topic: q.topics.events, Value: m.encode()}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkConsume admits documents at one node while others consume the same log, all
// in this process. It reports what each node costs the one that admits, and the CPU
// time for each document. A Kafka in this process takes its share of that.
func BenchmarkConsume(b *testing.B) {
	sealed := bodies()
	for _, nodes := range []int{1, 3, 5} {
		b.Run(fmt.Sprintf("nodes=%d/clients=64", nodes), func(b *testing.B) {
			o := benchOptions(b)
			queues := make([]*Queue, nodes)
			for i := range queues {
				queues[i] = benchOpen(b, o)
			}
			before := processTime(b)
			b.SetBytes(queuetest.SealedSize)
			queuetest.Drive(b, 64, func(i int64) error {
				_, err := queues[0].Admit(b.Context(), queuetest.Declaration(i, sealed[i%16]))
				return err
			})
			now, err := queues[0].spans(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			for _, q := range queues {
				for p, log := range now.log {
					if err := q.owners.waitConsumed(b.Context(), p, log.end); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64((processTime(b)-before).Microseconds())/float64(b.N), "cpu-us/doc")
		})
	}
}

// BenchmarkDispatch admits documents and dispatches them, with an event for each, and
// appends another event for each that is dispatched, as a mailbox does with what it has
// handed over. It reports the CPU time for each document until the record has all of it.
func BenchmarkDispatch(b *testing.B) {
	sealed := bodies()
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			q := benchQueue(b)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			var running sync.WaitGroup
			running.Go(func() { _ = q.Dispatch(ctx, consigned) })
			dispatched := make(chan struct{})
			running.Go(func() { handOver(ctx, b, q, dispatched) })
			before := processTime(b)
			b.SetBytes(queuetest.SealedSize)
			queuetest.Drive(b, clients, func(i int64) error {
				_, err := q.Admit(b.Context(), queuetest.Declaration(i, sealed[i%16]))
				return err
			})
			<-dispatched
			b.ReportMetric(float64((processTime(b)-before).Microseconds())/float64(b.N), "cpu-us/doc")
			cancel()
			running.Wait()
		})
	}
}

// consigned returns an event for each entry.
func consigned(_ context.Context, entries []queue.Entry) ([]queue.Event, error) {
	events := make([]queue.Event, len(entries))
	for i, e := range entries {
		events[i] = queue.Event{Subject: queue.ExchangeSubject(e.ID), Receiver: "vn-single-window", Name: "ContentConsignment", At: e.At}
	}
	return events, nil
}

// handOver appends an event for each entry in the record, those that come together in
// one message, and closes dispatched when it has done so for all documents of b.
func handOver(ctx context.Context, b *testing.B, q *Queue, dispatched chan<- struct{}) {
	b.Helper()
	entries := 0
	err := q.Follow(ctx, 0, func(ctx context.Context, changes []queue.Change) error {
		var events []queue.Event
		for _, c := range changes {
			if c.Entry != nil {
				events = append(events, queue.Event{Subject: queue.ExchangeSubject(c.Entry.ID), Receiver: "vn-single-window", Name: "ContentHandover", At: c.Entry.At})
			}
		}
		if _, err := q.Append(ctx, events...); err != nil {
			return err
		}
		if entries += len(events); len(events) > 0 && entries == b.N {
			close(dispatched)
		}
		return nil
	})
	if err != nil {
		b.Error(err)
	}
}

// processTime is the CPU that this process has taken.
func processTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// residentPeak is the most memory that this process has had from the system since
// the last call, in bytes, or 0 if the system does not say.
func residentPeak(b *testing.B) int64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		b.Fatal(err)
	}
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600) // the peak is counted again
	return kib << 10
}
