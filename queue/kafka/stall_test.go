package kafka_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/queue"
	"beibu/queue/kafka"
)

// hang leaves the next n requests of a kind without an answer.
func hang(c *kfake.Cluster, key kmsg.Key, n int) (hung *atomic.Int32) {
	hung = new(atomic.Int32)
	c.ControlKey(int16(key), func(kmsg.Request) (kmsg.Response, error, bool) {
		if hung.Load() >= int32(n) {
			return nil, nil, false
		}
		c.KeepControl()
		hung.Add(1)
		return nil, nil, true
	})
	return hung
}

// shortStall are settings of a queue that soon repeats a request.
func shortStall(c *kfake.Cluster) kafka.Options {
	o := settings(c.ListenAddrs())
	o.Stall = 100 * time.Millisecond
	return o
}

// restarts returns how often something was restarted.
func restarts(t *testing.T, q *kafka.Queue) int64 {
	t.Helper()
	return q.Restarts()
}

// Each connection that goes silent while log and events are consumed is replaced.
func TestFetchesThatHang(t *testing.T) {
	c := cluster(t)
	q := open(t, shortStall(c))
	defer closing(t, q)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	const silent = 6
	hang(c, kmsg.Fetch, silent)
	n := 0
	for restarts(t, q) < silent {
		key := fmt.Sprintf("%08d", n)
		_, err := q.Admit(ctx, queue.Submission{Key: key, ID: [16]byte([]byte(key + "0123456789abcdef")), Body: []byte("body")})
		if err != nil {
			t.Fatalf("%v, after %d restarts", err, restarts(t, q))
		}
		n++
	}
	stop := dispatching(t, q)
	defer stop()
	once(t, record(t, q, 2*n), n, 0)
}

// A commit without an answer makes a new generation, which continues behind the last
// published entry.
func TestCommitsThatHang(t *testing.T) {
	c := cluster(t)
	q := open(t, shortStall(c))
	defer closing(t, q)
	hung := hang(c, kmsg.OffsetCommit, 2)
	stop := dispatching(t, q)
	const n = 20
	for i := range n {
		admit(t, q, fmt.Sprintf("%08d", i))
	}
	once(t, record(t, q, 2*n), n, 0)
	for hung.Load() < 2 {
		record(t, q, 2*n) // until the second has come
	}
	admit(t, q, "one more")
	once(t, record(t, q, 2*n+2), n+1, 0)
	stop()
}

// A batch that hangs is canceled and handled again.
func TestHandlerThatHangs(t *testing.T) {
	c := cluster(t)
	o := shortStall(c)
	var said sync.Map
	o.Warn = func(err error) { said.Store(err.Error(), true) }
	q := open(t, o)
	defer closing(t, q)
	e := admit(t, q, "key")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	calls := 0
	err := q.Dispatch(ctx, func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
		if len(batch) != 1 || batch[0].ID != e.ID {
			t.Errorf("batch %+v", batch)
		}
		if calls++; calls == 1 {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		cancel()
		return nil, nil
	})
	if err != nil || calls != 2 {
		t.Errorf("%d calls, %v", calls, err)
	}
	if restarts(t, q) == 0 {
		t.Error("nothing was restarted")
	}
	warned := false
	said.Range(func(text, _ any) bool {
		warned = warned || strings.Contains(text.(string), "log/0 made no progress from offset 0, rejoining the consumer group")
		return true
	})
	if !warned {
		t.Error("there was no warning")
	}
}

// The records of log and events that are not consumed, and those of log that are not
// dispatched, are counted by partition.
func TestLagByPartition(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	o.Partitions = 2
	q := open(t, o)
	defer closing(t, q)
	for i := range 10 {
		admit(t, q, fmt.Sprint(i))
	}
	p, err := q.Lag(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Dispatch) != 2 || p.Dispatch[0]+p.Dispatch[1] != 10 || q.Restarts() != 0 {
		t.Errorf("lag %+v", p)
	}
	if len(p.Log) != 2 || p.Log[0]+p.Log[1]+p.Events != 0 {
		t.Errorf("lag %+v after all calls have returned", p)
	}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Count: -1}) // from now on nothing is consumed
	refused, cancel := context.WithCancel(t.Context())
	written := c.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "log", Observe: true},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "events", Observe: true},
	)
	var calls sync.WaitGroup // that wait to consume what they wrote
	calls.Go(func() { _, _ = q.Admit(refused, queue.Submission{Key: "late", Body: []byte("body")}) })
	calls.Go(func() { _, _ = q.Append(refused, queue.Event{Name: "appended"}) })
	if err := written.Wait(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	patient, end := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer end()
	for p.Log[0]+p.Log[1] != 1 || p.Events != 1 {
		if p, err = q.Lag(patient); err != nil {
			t.Fatalf("lag %+v, %v", p, err)
		}
	}
	cancel()
	calls.Wait()
}
