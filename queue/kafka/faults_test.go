package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/testdata"
)

// record follows a queue until it has received n changes.
func record(t *testing.T, q *kafka.Queue, n int) []queue.Change {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	var published []queue.Change
	err := q.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		if published = append(published, changes...); len(published) >= n {
			cancel()
		}
		return nil
	})
	if err != nil || len(published) < n {
		t.Fatalf("follow: %v, %d changes, want %d", err, len(published), n)
	}
	return published
}

// consign returns one event for each entry.
func consign(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
	var events []queue.Event
	for _, e := range batch {
		events = append(events, queue.Event{Subject: queue.ExchangeSubject(e.ID), Name: "ContentConsignment"})
	}
	return events, nil
}

// dispatching runs Dispatch beside the test until stop.
func dispatching(t *testing.T, q *kafka.Queue) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- q.Dispatch(ctx, consign) }()
	return func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("dispatch: %v", err)
		}
	}
}

// once fails the test unless the changes are n entries, each with one event behind
// it, and the appended events in order, all of them once.
func once(t *testing.T, published []queue.Change, n, appended int) {
	t.Helper()
	state := make(map[[16]byte]int)
	entries, appends, last := 0, 0, int64(0)
	for _, c := range published {
		if c.Sequence <= last {
			t.Errorf("change %d after %d", c.Sequence, last)
		}
		last = c.Sequence
		switch {
		case c.Entry != nil:
			entries++
			if state[c.Entry.ID]++; state[c.Entry.ID] != 1 {
				t.Errorf("the entry of %q is published twice", c.Entry.Key)
			}
		case c.Event.Name == "appended":
			if appends++; c.Event.Attempt != appends {
				t.Errorf("got append %d, want %d", c.Event.Attempt, appends)
			}
		default:
			if state[c.Event.Subject.Exchange]++; state[c.Event.Subject.Exchange] != 2 {
				t.Errorf("an event of %s is step %d of its exchange", c.Event.Subject.Exchange, state[c.Event.Subject.Exchange])
			}
		}
	}
	if entries != n || appends != appended || len(published) != 2*n+appended {
		t.Errorf("%d entries and %d appends in %d changes, want %d and %d", entries, appends, len(published), n, appended)
	}
}

// A lost answer makes the client repeat a message that is written already. Body, log
// and events then contain it twice, and the record contains it once.
func TestWrittenTwicePublishedOnce(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	const n = 20
	for i := range n {
		faults := c.Fault(
			kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "body", Err: kerr.NotEnoughReplicasAfterAppend},
			kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "log", Err: kerr.NotEnoughReplicasAfterAppend},
			kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "events", Err: kerr.NotEnoughReplicasAfterAppend},
		)
		key := fmt.Sprintf("%08d", i)
		e := admit(t, q, key)
		if body, err := q.Body(t.Context(), e.Body); err != nil || string(body) != "body of "+key {
			t.Fatalf("body %q, %v", body, err)
		}
		published, err := q.Append(t.Context(), queue.Event{Name: "appended", Attempt: i + 1})
		if err != nil {
			t.Fatal(err)
		}
		if head, err := q.Head(t.Context()); err != nil || head != published {
			t.Fatalf("appended up to %d, and the record ends at %d, %v", published, head, err)
		}
		faults.Remove()
	}
	if info := c.PartitionInfo(o.Prefix+"log", 0); info.HighWatermark < 2*n {
		t.Fatalf("log ends at %d: nothing was written twice", info.HighWatermark)
	}
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "events", Err: kerr.NotEnoughReplicasAfterAppend, Count: 2})
	stop := dispatching(t, q)
	once(t, record(t, q, 3*n), n, n)
	stop()
	again := open(t, o) // a node that consumes everything from the beginning
	defer closing(t, again)
	once(t, record(t, again, 3*n), n, n)
}

// After a lost commit the group starts again at the offset before it.
func TestCommitLostPublishedOnce(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	refused := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetCommit}, Err: kerr.IllegalGeneration, Count: 3})
	stop := dispatching(t, q)
	const n = 50
	for i := range n {
		admit(t, q, fmt.Sprintf("%08d", i))
	}
	once(t, record(t, q, 2*n), n, 0)
	if err := refused.Wait(t.Context(), 3); err != nil {
		t.Error(err)
	}
	admit(t, q, "one more")
	once(t, record(t, q, 2*n+2), n+1, 0)
	stop()
}

// While the brokers refuse, nothing is admitted; afterwards everything is.
func TestRefusedAndThenAdmitted(t *testing.T) {
	for _, topic := range []string{"body", "log"} {
		c := cluster(t)
		o := settings(c.ListenAddrs())
		q := open(t, o)
		faults := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + topic, Err: kerr.NotEnoughReplicas, Count: -1})
		patience, cancel := context.WithCancel(t.Context())
		go func() {
			defer cancel()
			if err := faults.Wait(t.Context(), 5); err != nil {
				t.Error(err)
			}
		}()
		if _, err := q.Admit(patience, queue.Submission{Key: "key", Body: []byte("first")}); !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("%s: error %v, want %v", topic, err, queue.ErrUnavailable)
		}
		faults.Remove()
		next := queue.Submission{Key: "another", Token: [16]byte{2}, Body: []byte("second")}
		if e, err := q.Admit(t.Context(), next); err != nil || e.Token != next.Token {
			t.Errorf("%s: %v owns, %v", topic, e.Token, err)
		}
		closing(t, q)
	}
}

// What the brokers refuse for a while, for example because a leader has died, is
// written when they accept it again, after however many attempts. The caller does not
// receive an error.
func TestRefusedAndWrittenLater(t *testing.T) {
	for _, topic := range []string{"body", "log", "events"} {
		c := cluster(t)
		o := settings(c.ListenAddrs())
		q := open(t, o)
		faults := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + topic, Err: kerr.NotEnoughReplicas, Count: 7})
		if e, err := q.Admit(t.Context(), queue.Submission{Key: "key", Token: [16]byte{1}, Body: []byte("body")}); err != nil || e.Token != [16]byte{1} {
			t.Errorf("%s: %v owns, %v", topic, e.Token, err)
		}
		if _, err := q.Append(t.Context(), queue.Event{Name: "appended"}); err != nil {
			t.Errorf("%s: append: %v", topic, err)
		}
		if n := faults.Hits(); n != 7 {
			t.Errorf("%s: refused %d times", topic, n)
		}
		closing(t, q)
	}
}

// A record that the brokers refuse may be in the log all the same. Then it owns the
// key, and that is the answer: no node repeats it.
func TestRefusedAndYetAdmitted(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: o.Prefix + "log", Err: kerr.NotEnoughReplicasAfterAppend, Count: -1})
	first := queue.Submission{Key: "key", Token: [16]byte{1}, Body: []byte("first")}
	if e, err := q.Admit(t.Context(), first); err != nil || e.Token != first.Token {
		t.Errorf("%v owns, %v", e.Token, err)
	}
	e, err := q.Admit(t.Context(), queue.Submission{Key: "key", Token: [16]byte{2}, Body: []byte("second")})
	if err != nil || e.Token != first.Token {
		t.Errorf("%v owns, %v", e.Token, err)
	}
	if body, err := q.Body(t.Context(), e.Body); err != nil || string(body) != "first" {
		t.Errorf("body %q, %v", body, err)
	}
}

// A record whose caller gave up may be in the log all the same. Then it owns the key,
// and the next caller receives it.
func TestGivenUpAndYetAdmitted(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	patience, giveUp := context.WithCancel(t.Context())
	c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if asked, ok := r.(*kmsg.ProduceRequest); ok && asked.Topics[0].Topic == o.Prefix+"log" {
			giveUp()
		}
		return nil, nil, false
	})
	first := queue.Submission{Key: "key", Token: [16]byte{1}, Body: []byte("first")}
	if e, err := q.Admit(patience, first); !errors.Is(err, queue.ErrUnavailable) && (err != nil || e.Token != first.Token) {
		t.Errorf("%v owns, %v", e.Token, err)
	}
	e, err := q.Admit(t.Context(), queue.Submission{Key: "key", Token: [16]byte{2}, Body: []byte("second")})
	if err != nil || e.Token != first.Token {
		t.Errorf("%v owns, %v", e.Token, err)
	}
}

// A start waits for brokers that do not answer, longer than any one question
// takes.
func TestStartWaitsForBrokers(t *testing.T) {
	if !testdata.Long() {
		t.Skip("SKIPPED: takes ten seconds; set BEIBU_LONG=1")
	}
	c := cluster(t)
	o := settings(c.ListenAddrs())
	closing(t, open(t, o)) // the topics are there
	faults := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: o.Prefix + "log", Err: kerr.UnknownServerError, Count: -1})
	go func() {
		_ = faults.Wait(t.Context(), 600) // some forty a second
		faults.Remove()
	}()
	q := open(t, o)
	defer closing(t, q)
	admit(t, q, "key")
}

// Leaders move while documents come in; nothing is lost and nobody waits for
// a restart.
func TestLeadersMove(t *testing.T) {
	c := cluster(t, kfake.NumBrokers(3))
	o := settings(c.ListenAddrs())
	o.Partitions, o.Replication = 3, 3
	q := open(t, o)
	defer closing(t, q)
	stop := dispatching(t, q)
	defer stop()
	const n = 120
	var wg sync.WaitGroup
	var admitted atomic.Int32
	for w := range 4 {
		wg.Go(func() {
			for i := range n / 4 {
				key := fmt.Sprintf("%d-%08d", w, i)
				s := queue.Submission{Key: key, ID: [16]byte([]byte(key + "0123456789abcdef")), Body: []byte("body")}
				for {
					if _, err := q.Admit(t.Context(), s); err == nil {
						break
					} else if !errors.Is(err, queue.ErrUnavailable) {
						t.Error(err)
						return
					}
				}
				if admitted.Add(1)%20 == 0 {
					c.ShufflePartitionLeaders()
				}
			}
		})
	}
	wg.Wait()
	once(t, record(t, q, 2*n), n, 0)
}

// A topic that was created again contains other decisions: the node stops, returns the
// reason, and does not decide again.
func TestTopicCreatedAgainStopsTheQueue(t *testing.T) {
	for _, topic := range []string{"log", "events"} {
		c := cluster(t)
		o := settings(c.ListenAddrs())
		q := open(t, o)
		for i := range 5 {
			admit(t, q, fmt.Sprint(i))
			if _, err := q.Append(t.Context(), queue.Event{Name: "appended"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.DeleteTopic(o.Prefix + topic); err != nil {
			t.Fatal(err)
		}
		if err := c.CreateTopic(o.Prefix+topic, 1, nil); err != nil {
			t.Fatal(err)
		}
		<-q.Done()
		if err := q.Err(); !errors.Is(err, kafka.ErrGap) || !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("%s: stopped by %v, want %v", topic, err, kafka.ErrGap)
		}
		if _, err := q.Admit(t.Context(), queue.Submission{Key: "0", Body: []byte("again")}); !errors.Is(err, kafka.ErrGap) {
			t.Errorf("%s: admit: %v, want %v", topic, err, kafka.ErrGap)
		}
		closing(t, q)
	}
}

// Records that retention has removed before they were dispatched are a fault.
func TestDroppedBeforeDispatched(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	for i := range 5 {
		admit(t, q, fmt.Sprint(i))
	}
	if err := c.DeleteRecords(o.Prefix+"log", 0, 3); err != nil {
		t.Fatal(err)
	}
	err := q.Dispatch(t.Context(), consign)
	if !errors.Is(err, kafka.ErrGap) || !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("dispatch: %v, want %v", err, kafka.ErrGap)
	}
}

// A body that retention has dropped is not found by a node that does not have
// it in memory.
func TestBodyDropped(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	defer closing(t, q)
	first, second := admit(t, q, "first"), admit(t, q, "second")
	if err := c.DeleteRecords(o.Prefix+"body", 0, 1); err != nil {
		t.Fatal(err)
	}
	q = open(t, o)
	defer closing(t, q)
	if _, err := q.Body(t.Context(), first.Body); !errors.Is(err, queue.ErrNotFound) {
		t.Errorf("error %v, want %v", err, queue.ErrNotFound)
	}
	if body, err := q.Body(t.Context(), second.Body); err != nil || string(body) != "body of second" {
		t.Errorf("body %q, %v", body, err)
	}
}

// A new leader returns a body only when its followers have confirmed it. Until then
// the node asks for the body again: it is not gone.
func TestBodyHeldBack(t *testing.T) {
	c := cluster(t)
	o := settings(c.ListenAddrs())
	q := open(t, o)
	e := admit(t, q, "key")
	closing(t, q)
	q = open(t, o) // it does not have the body in memory
	defer closing(t, q)
	var held atomic.Bool
	c.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		asked, ok := r.(*kmsg.FetchRequest)
		c.KeepControl()
		if !ok || len(asked.Topics) == 0 || asked.Topics[0].Topic != o.Prefix+"body" || held.Swap(true) {
			return nil, nil, false
		}
		topic, partition := kmsg.NewFetchResponseTopic(), kmsg.NewFetchResponseTopicPartition()
		partition.Partition = asked.Topics[0].Partitions[0].Partition
		topic.Topic, topic.Partitions = asked.Topics[0].Topic, []kmsg.FetchResponseTopicPartition{partition}
		answer, _ := asked.ResponseKind().(*kmsg.FetchResponse)
		answer.Topics = []kmsg.FetchResponseTopic{topic}
		return answer, nil, true
	})
	if body, err := q.Body(t.Context(), e.Body); err != nil || string(body) != "body of key" || !held.Load() {
		t.Errorf("body %q, %v, held back: %t", body, err, held.Load())
	}
}
