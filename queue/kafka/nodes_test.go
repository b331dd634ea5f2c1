package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"

	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/queue/kafka/kafkatest"
)

// insist admits until the queue answers.
func retry(ctx context.Context, q *kafka.Queue, s queue.Submission) (queue.Entry, error) {
	for {
		e, err := q.Admit(ctx, s)
		if err == nil || !errors.Is(err, queue.ErrUnavailable) || ctx.Err() != nil {
			return e, err
		}
	}
}

// rivalAt makes what node n submits under key i.
func rivalAt(n, i int) queue.Submission {
	key := fmt.Sprintf("%08d", i)
	return queue.Submission{
		Key: key, ID: [16]byte(fmt.Appendf(nil, "%s-%07d", key, n)), Token: [16]byte{byte(n + 1)},
		Body: fmt.Appendf(nil, "body of %s by %d", key, n),
	}
}

// Several nodes are asked to admit the same documents: every key has one
// owner, all nodes say the same, and between them every entry is dispatched
// once, though nodes come and go.
func TestNodesAgree(t *testing.T) {
	nodesAgree(t, cluster(t).ListenAddrs())
}

func TestNodesAgreeOnApache(t *testing.T) { nodesAgree(t, kafkatest.Brokers(t)) }

func nodesAgree(t *testing.T, brokers []string) {
	t.Helper()
	const nodes, n = 3, 150
	o := settings(brokers)
	o.Partitions = 6
	var queues [nodes]*kafka.Queue
	for i := range queues {
		queues[i] = open(t, o)
		stop := dispatching(t, queues[i])
		defer stop()
	}
	var answers [nodes][n]queue.Entry
	var wg sync.WaitGroup
	for node := range nodes {
		for part := range 3 {
			wg.Go(func() {
				for i := part; i < n; i += 3 {
					e, err := retry(t.Context(), queues[node], rivalAt(node, i))
					if err != nil {
						t.Error(err)
						return
					}
					answers[node][i] = e
				}
			})
		}
	}
	wg.Wait()
	if diff := cmp.Diff(answers[0], answers[1]) + cmp.Diff(answers[0], answers[2]); diff != "" {
		t.Fatalf("nodes answer differently:\n%s", diff)
	}
	closing(t, queues[0]) // its partitions go to the others
	for i := n; i < 2*n; i++ {
		if _, err := retry(t.Context(), queues[1], rivalAt(1, i)); err != nil {
			t.Fatal(err)
		}
	}
	late := open(t, o) // knows only what it consumes
	defer closing(t, late)
	published := record(t, late, 4*n)
	once(t, published, 2*n, 0)
	if diff := cmp.Diff(published, record(t, queues[2], 4*n)); diff != "" {
		t.Errorf("nodes return different records:\n%s", diff)
	}
	for i, want := range answers[0] {
		e, err := late.Admit(t.Context(), rivalAt(9, i))
		if diff := cmp.Diff(want, e); diff != "" || err != nil {
			t.Fatalf("answered later: %v\n%s", err, diff)
		}
		body, err := late.Body(t.Context(), e.Body)
		if want := rivalAt(int(e.Token[0])-1, i).Body; err != nil || string(body) != string(want) {
			t.Fatalf("body %q, %v; want %q", body, err, want)
		}
	}
	closing(t, queues[1])
	closing(t, queues[2])
}

// The brokers go away and come back; the queue was never opened again.
func TestBrokersRestart(t *testing.T) {
	dir := t.TempDir()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(dir), kfake.SyncWrites())
	if err != nil {
		t.Fatal(err)
	}
	_, number, err := net.SplitHostPort(c.ListenAddrs()[0])
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	o := settings(c.ListenAddrs())
	o.Partitions = 2
	q := open(t, o)
	defer closing(t, q)
	stop := dispatching(t, q)
	defer stop()
	const n = 40
	var first []queue.Entry
	for i := range n {
		first = append(first, admit(t, q, fmt.Sprintf("%08d", i)))
	}
	for range 2 {
		c.Close()
		refused, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := q.Admit(refused, queue.Submission{Key: "while away", Body: []byte("body")}); !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("error %v, want %v", err, queue.ErrUnavailable)
		}
		if c, err = kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(dir), kfake.SyncWrites(), kfake.Ports(port)); err != nil {
			t.Fatal(err)
		}
		for i, want := range first {
			e, err := retry(t.Context(), q, queue.Submission{Key: want.Key, Body: []byte("again")})
			if diff := cmp.Diff(want, e); diff != "" || err != nil {
				t.Fatalf("entry %d: %v\n%s", i, err, diff)
			}
		}
		key := fmt.Sprintf("%08d", len(first))
		e, err := retry(t.Context(), q, queue.Submission{Key: key, ID: [16]byte([]byte(key + "0123456789abcdef")), Body: []byte("body")})
		if err != nil {
			t.Fatal(err)
		}
		first = append(first, e)
	}
	defer c.Close()
	once(t, record(t, q, 2*(n+2)), n+2, 0)
}

// A node that is open knows what was decided before: a document sent again
// costs no append.
func TestOpenHasCaughtUp(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	const n = 1000
	var wg sync.WaitGroup
	for w := range 20 {
		wg.Go(func() {
			for i := range n / 20 {
				if _, err := retry(t.Context(), q, rivalAt(0, w*n/20+i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	closing(t, q)
	before := c.PartitionInfo(o.Prefix+"body", 0).HighWatermark
	q = open(t, o)
	defer closing(t, q)
	for i := n - 1; i >= 0; i -= 100 {
		if e, err := q.Admit(t.Context(), rivalAt(1, i)); err != nil || e.Token != rivalAt(0, i).Token {
			t.Errorf("%v owns, %v", e.Token, err)
		}
	}
	if after := c.PartitionInfo(o.Prefix+"body", 0).HighWatermark; after != before {
		t.Errorf("%d bodies were appended again", after-before)
	}
}

// A node that waits for a decision receives it from another node's attempt, and
// receives a known one at once. It appends nothing.
func TestOwnerIsAwaited(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q, other := open(t, o), open(t, o)
	defer closing(t, q)
	defer closing(t, other)
	s := rivalAt(0, 0)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := q.Owner(ctx, s.Key); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("nothing is decided: %v", err)
	}
	waitConsumed := make(chan queue.Entry)
	go func() {
		e, err := q.Owner(context.WithoutCancel(t.Context()), s.Key)
		if err != nil {
			t.Error(err)
		}
		waitConsumed <- e
	}()
	if _, err := retry(t.Context(), other, s); err != nil {
		t.Fatal(err)
	}
	if e := <-waitConsumed; e.Token != s.Token {
		t.Errorf("consumed the attempt %v", e.Token)
	}
	if e, err := q.Owner(t.Context(), s.Key); err != nil || e.Token != s.Token {
		t.Errorf("known by now: %v, %v", e.Token, err)
	}
}

// However many partitions a node has, its handler is called once at a time.
func TestOneBatchAtATime(t *testing.T) {
	o := settings(cluster(t).ListenAddrs())
	o.Partitions = 6
	q := open(t, o)
	defer closing(t, q)
	const n = 200
	for i := range n {
		admit(t, q, fmt.Sprintf("%08d", i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var running, most atomic.Int32
	handled := 0 // no lock: the race detector sees two at a time
	err := q.Dispatch(ctx, func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		for range 10 { // others would have the time to come in
			if _, err := q.Body(ctx, batch[0].Body); err != nil {
				return nil, err
			}
		}
		if handled += len(batch); handled >= n {
			cancel()
		}
		return nil, nil
	})
	if err != nil || most.Load() != 1 {
		t.Errorf("%d batches at a time, %v", most.Load(), err)
	}
}

func TestBodyTooLarge(t *testing.T) {
	o := settings(cluster(t).ListenAddrs())
	o.MaxBody = 1 << 20
	q := open(t, o)
	defer closing(t, q)
	for size, want := range map[int]error{o.MaxBody: nil, o.MaxBody + 1: queue.ErrInvalid} {
		_, err := q.Admit(t.Context(), queue.Submission{Key: fmt.Sprint(size), Body: make([]byte, size)})
		if !errors.Is(err, want) {
			t.Errorf("%d bytes: %v, want %v", size, err, want)
		}
	}
}

// A queue that is closed while documents come in ends all the same.
func TestCloseUnderLoad(t *testing.T) {
	o := settings(cluster(t).ListenAddrs())
	for round := range 20 {
		q := open(t, o)
		var wg sync.WaitGroup
		started := make(chan struct{}, 8)
		for w := range 8 {
			wg.Go(func() {
				for i := 0; ; i++ {
					_, err := q.Admit(t.Context(), rivalAt(w, round*1_000_000+w*100_000+i))
					select {
					case started <- struct{}{}:
					default:
					}
					if err != nil {
						return
					}
				}
			})
		}
		<-started
		closing(t, q)
		wg.Wait()
	}
}
