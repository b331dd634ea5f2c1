package kafka

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"

	"beibu/queue"
	"beibu/queue/queuetest"
)

// benchQueue opens a queue of its own.
func benchQueue(b *testing.B) *Queue {
	b.Helper()
	return benchOpen(b, benchOptions(b))
}

// benchOptions are those of topics of their own: on the brokers that
// BEIBU_KAFKA names, or else on a Kafka in this process that syncs what it
// writes.
func benchOptions(b *testing.B) Options {
	b.Helper()
	brokers := strings.Split(os.Getenv("BEIBU_KAFKA"), ",")
	if brokers[0] == "" {
		c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(b.TempDir()), kfake.SyncWrites())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(c.Close)
		brokers = c.ListenAddrs()
	}
	return Options{
		Brokers: brokers, Prefix: "b-" + uuid.NewString() + ".", Partitions: 6, Replication: 1, Session: 10 * time.Second,
		MaxBody: 16 << 20, Unanswered: 256 << 20,
	}
}

// benchOpen opens a queue until the benchmark ends.
func benchOpen(b *testing.B, o Options) *Queue {
	b.Helper()
	q, err := Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := q.Close(); err != nil {
			b.Error(err)
		}
	})
	return q
}

// bodies are sealed documents.
func bodies() [][]byte {
	out := make([][]byte, 16)
	for i := range out {
		out[i] = queuetest.Sealed(byte(i))
	}
	return out
}

// BenchmarkAdmit admits sealed documents of 10 KB: two appends and the
// decision consumed. The bound beside it is the same client writing the same
// bodies to the same topic, one append each and nothing decided.
func BenchmarkAdmit(b *testing.B) {
	sealed := bodies()
	warm(b, sealed)
	for _, n := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("do=admit/clients=%d", n), func(b *testing.B) {
			q := benchQueue(b)
			b.SetBytes(queuetest.SealedSize)
			queuetest.Drive(b, n, func(i int64) error {
				_, err := q.Admit(b.Context(), queuetest.Declaration(i, sealed[i%16]))
				return err
			})
		})
		b.Run(fmt.Sprintf("do=produce/clients=%d", n), func(b *testing.B) {
			q := benchQueue(b)
			b.SetBytes(queuetest.SealedSize)
			queuetest.Drive(b, n, func(i int64) error {
				return q.send(b.Context(), kafkago.Message{
					Topic: q.topics.body, Key: fmt.Appendf(nil, "key %d", i), Value: sealed[i%16],
				})
			})
		})
	}
}

// warm has Apache Kafka do for a while what will be measured: for the first
// hundred thousand messages of its life a broker is two to four times slower.
func warm(b *testing.B, sealed [][]byte) {
	b.Helper()
	if os.Getenv("BEIBU_KAFKA") == "" {
		return
	}
	const clients, each = 64, 1_500
	q := benchQueue(b)
	var callers sync.WaitGroup
	for c := range clients {
		callers.Go(func() {
			for i := range each {
				if _, err := q.Admit(b.Context(), queuetest.Declaration(int64(c*each+i), sealed[i%16])); err != nil {
					b.Error(err)
				}
			}
		})
	}
	callers.Wait()
}

// BenchmarkFollow folds a record of a hundred thousand events.
func BenchmarkFollow(b *testing.B) {
	const events = 100_000
	q := benchQueue(b)
	batch := make([]queue.Event, 100)
	for i := range batch {
		batch[i] = queue.Event{Subject: queue.ExchangeSubject([16]byte{byte(i)}), Receiver: "vn-single-window", Name: "ContentHandover", At: time.Now(), Detail: make([]byte, 100)}
	}
	for range events / len(batch) {
		if _, err := q.Append(b.Context(), batch...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		n := 0
		err := q.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
			if n += len(changes); n == events {
				cancel()
			}
			return nil
		})
		if err != nil || n != events {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
}
