package kafka_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/queue/kafka"
)

// lagOf returns the dispatch lag of all partitions together.
func lagOf(ctx context.Context, t *testing.T, q *kafka.Queue) (n int64) {
	t.Helper()
	lag, err := q.Lag(ctx)
	if err != nil || len(lag.Dispatch) != 3 {
		t.Fatalf("lag %+v, %v", lag, err)
	}
	for _, l := range lag.Dispatch {
		n += l
	}
	return n
}

// Lag counts what is admitted and not dispatched, and ends at nothing.
func TestLag(t *testing.T) {
	o := settings(cluster(t).ListenAddrs())
	o.Partitions = 3
	q := open(t, o)
	defer closing(t, q)
	if n := lagOf(t.Context(), t, q); n != 0 {
		t.Errorf("lag %d of nothing", n)
	}
	const n = 30
	for i := range n {
		admit(t, q, fmt.Sprintf("%08d", i))
	}
	if got := lagOf(t.Context(), t, q); got != n {
		t.Errorf("lag %d, want %d", got, n)
	}
	stop := dispatching(t, q)
	record(t, q, 2*n)
	stop() // the last commit is through when it returns
	if got := lagOf(t.Context(), t, q); got != 0 {
		t.Errorf("lag %d, want 0", got)
	}
}

// If a node dies after it has published to events and before its commit, the lag
// becomes zero all the same, although nothing more is admitted. Otherwise an operator
// who waits for zero would wait without end.
func TestLagEndsAfterALostCommit(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	o.Partitions = 3
	q := open(t, o)
	defer closing(t, q)
	const n = 30
	for i := range n {
		admit(t, q, fmt.Sprintf("%08d", i))
	}
	lost := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.IllegalGeneration, Count: -1})
	stop := dispatching(t, q)
	defer stop()
	record(t, q, 2*n)
	if err := lost.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	lost.Remove()
	patient, end := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer end()
	lag := lagOf(patient, t, q)
	for lag > 0 {
		lag = lagOf(patient, t, q)
	}
}
