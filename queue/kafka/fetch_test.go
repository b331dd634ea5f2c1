package kafka

import (
	"fmt"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue/queuetest"
)

// BenchmarkOpenMemory opens a queue whose log was written document by document,
// and reports by how much the heap grew at most, and the memory that the process
// has from the system. Without BEIBU_KAFKA, a Kafka in this process takes its share.
// Run short it is tried, not measured: kfake takes minutes to be filled singly.
func BenchmarkOpenMemory(b *testing.B) {
	sizes := []int{50_000, 200_000}
	if testing.Short() {
		sizes = []int{2_000}
	}
	for _, keys := range sizes {
		b.Run(fmt.Sprintf("records=%d", keys), func(b *testing.B) {
			o := benchOptions(b)
			fillSingly(b, o, keys)
			for b.Loop() {
				debug.FreeOSMemory()
				before := heap()
				var took time.Duration
				most := watchHeap(func() { took = reopened(b, o, keys) })
				b.ReportMetric(took.Seconds(), "s/open")
				b.ReportMetric(float64(most-before)/(1<<20), "peak-MiB")
				b.ReportMetric(float64(residentPeak(b))/(1<<20), "peak-RSS-MiB")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// watchHeap returns the most that the heap held while do ran.
func watchHeap(do func()) (most int64) {
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, heap())
			select {
			case <-tick.C:
			case <-done:
				return
			}
		}
	}()
	do()
	close(done)
	<-watched
	return most
}

// heap is what objects take, dead or alive.
func heap() int64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return int64(s[0].Value.Uint64())
}

// fillSingly writes the records of so many documents to log, a batch each.
func fillSingly(tb testing.TB, o Options, keys int) {
	tb.Helper()
	q, err := Open(tb.Context(), o)
	if err != nil {
		tb.Fatal(err)
	}
	w := q.cluster.writer(q.topics.log)
	w.BatchSize = 1
	const together = 5000
	for from := 0; from < keys; from += together {
		messages := make([]kafkago.Message, 0, together)
		for i := from; i < min(from+together, keys); i++ {
			s := queuetest.Declaration(int64(i), []byte("body"))
			messages = append(messages, kafkago.Message{Topic: q.topics.log, Key: []byte(s.Key), Value: encodeEntry(s.Entry(0, 1))})
		}
		if err := w.WriteMessages(tb.Context(), messages...); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Error(err)
	}
	if err := q.Close(); err != nil {
		tb.Error(err)
	}
}
