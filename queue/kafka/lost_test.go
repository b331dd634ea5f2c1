package kafka_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/queue"
	"beibu/queue/kafka"
)

// noise returns bytes that cannot be compressed.
func noise(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

// large returns a handler that returns so many events of the greatest size for each
// entry, so that a few entries take more than one request.
func large(events int) func(context.Context, []queue.Entry) ([]queue.Event, error) {
	detail := noise(1, queue.MaxDetail)
	return func(_ context.Context, batch []queue.Entry) (all []queue.Event, err error) {
		for _, e := range batch {
			for i := range events {
				all = append(all, queue.Event{Subject: queue.ExchangeSubject(e.ID), Name: "ContentConsignment", Attempt: i, Detail: detail})
			}
		}
		return all, nil
	}
}

// whole follows a queue until it has received n entries or the one with the key "last",
// and fails the test unless the record has all of them, each once with its events behind
// it, and those of a partition in their order.
func whole(t *testing.T, q *kafka.Queue, partitions, n, events int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	newest := make([]int64, partitions) // position
	entries, changes := 0, 0
	var last queue.Entry
	err := q.Follow(ctx, 0, func(_ context.Context, all []queue.Change) error {
		for _, c := range all {
			changes++
			switch {
			case c.Entry != nil:
				last, entries = *c.Entry, entries+1
				p := last.Position % int64(partitions)
				if last.Position <= newest[p] {
					t.Errorf("position %d comes after %d", last.Position, newest[p])
				}
				newest[p] = last.Position
			case c.Event.Subject != queue.ExchangeSubject(last.ID):
				t.Errorf("an event of %v is behind the entry of %q", c.Event.Subject, last.Key)
			}
		}
		if changes >= n*(1+events) || last.Key == "last" {
			cancel()
		}
		return nil
	})
	if err != nil || entries != n || changes != n*(1+events) {
		t.Errorf("%d entries in %d changes, want %d and %d; %v", entries, changes, n, n*(1+events), err)
	}
}

// If what is dispatched together takes several requests, and the first of them fails, no
// later one overtakes it: consumers would take the first for a duplicate, and its
// entries would be lost.
func TestNoRequestOvertakesOneThatFails(t *testing.T) {
	const n, events = 12, 40
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	for i := range n - 1 {
		admit(t, q, fmt.Sprintf("%08d", i))
	}
	admit(t, q, "last")
	refused := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "events", Err: kerr.NotEnoughReplicas, Count: 3})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Dispatch(ctx, large(events)) }()
	whole(t, q, 1, n, events)
	cancel()
	if err := <-done; err != nil {
		t.Errorf("dispatch: %v", err)
	}
	if refused.Hits() != 3 {
		t.Errorf("%d requests were refused, want 3", refused.Hits())
	}
}

// Whatever becomes of the requests that write events, and however often Dispatch is
// called again in between, the record has every entry once. Some requests are refused,
// and of some only the answer is.
func TestNothingIsLostWhateverFails(t *testing.T) {
	const partitions, rounds, each, events = 2, 3, 8, 40
	c := cluster(t)
	o := settings(c.ListenAddrs())
	o.Partitions = partitions
	q := open(t, o)
	defer closing(t, q)
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(below int) func(kmsg.Request) bool {
		return func(kmsg.Request) bool { return random.IntN(10) < below } // the cluster asks one at a time
	}
	c.Fault(
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "events", Err: kerr.NotEnoughReplicas, Count: -1, When: draw(4)},
		kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "events", Err: kerr.NotEnoughReplicasAfterAppend, Count: -1, When: draw(4)},
	)
	for round := range rounds {
		for i := range each {
			admit(t, q, fmt.Sprintf("%04d%04d", round, i))
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := q.Dispatch(ctx, func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
			cancel() // each request is then tried once
			return large(events)(ctx, batch)
		})
		if cancel(); err != nil {
			t.Fatalf("dispatch: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Dispatch(ctx, large(events)) }()
	whole(t, q, partitions, rounds*each, events)
	cancel()
	if err := <-done; err != nil {
		t.Errorf("dispatch: %v", err)
	}
}

// However many large records are written at the same time, no batch is larger than its
// topic takes, so that none of them is refused.
func TestNoBatchIsTooLarge(t *testing.T) {
	const clients = 64
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	detail := noise(1, queue.MaxDetail)
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			s := queue.Submission{Key: fmt.Sprint(i), ID: [16]byte{byte(i)}, Body: []byte("body"), Head: noise(byte(i), queue.MaxHead)}
			if _, err := q.Admit(t.Context(), s); err != nil {
				t.Error(err)
			}
			events := make([]queue.Event, 16)
			for n := range events {
				events[n] = queue.Event{Subject: queue.ExchangeSubject(s.ID), Name: "large", Detail: detail}
			}
			if _, err := q.Append(t.Context(), events...); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}
