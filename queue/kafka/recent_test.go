package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kfake"
	"pgregory.net/rapid"

	"beibu/queue"
)

// numbers returns the values of items.
func numbers(items []item[int64]) (values []int64) {
	for _, i := range items {
		values = append(values, i.value)
	}
	return values
}

// Whatever the sizes, a reader gets every item from its offset on, and what is kept
// is within the bound.
func TestRecentKeepsWhatCameLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const first, most = 100, 20
		r := newRecent[int64](first, most)
		next := int64(first)
		for range rapid.IntRange(0, 30).Draw(t, "answers") {
			var items []item[int64]
			for range rapid.IntRange(0, 4).Draw(t, "items") {
				items = append(items, item[int64]{next, rapid.IntRange(1, 25).Draw(t, "size"), next})
				next++
			}
			r.add(items...)
			size := 0
			for _, i := range r.items {
				size += i.size
			}
			if size != r.size || size > most {
				t.Fatalf("%d bytes are kept, counted %d, bound %d", size, r.size, most)
			}
		}
		oldest := next - int64(len(r.items))
		for offset := int64(first - 1); offset <= next; offset++ {
			items, kept, _ := r.now(offset)
			if kept != (offset >= oldest) {
				t.Fatalf("from %d of %d to %d: kept %t", offset, oldest, next, kept)
			}
			if want := max(next-offset, 0); kept && (int64(len(items)) != want || want > 0 && items[0].value != offset) {
				t.Fatalf("from %d of %d to %d: %v", offset, oldest, next, numbers(items))
			}
		}
	})
}

// A reader waits for the next item, and its end ends the wait.
func TestRecentWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecent[int64](7, 100)
		ctx, cancel := context.WithCancel(t.Context())
		var got []int64
		var err error
		go func() {
			err = r.follow(ctx, 7, nil, func(items []item[int64]) error {
				got = append(got, numbers(items)...)
				return nil
			})
		}()
		synctest.Wait()
		if len(got) > 0 {
			t.Errorf("got %v of nothing", got)
		}
		r.add(item[int64]{7, 1, 7}, item[int64]{8, 1, 8})
		synctest.Wait()
		r.add(item[int64]{9, 1, 9})
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !slices.Equal(got, []int64{7, 8, 9}) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// appended is a message of events with one event.
func appended(n int) []byte {
	m := message{partition: -1, changes: []change{{event: &queue.Event{Name: "appended", Attempt: n}}}}
	binary.BigEndian.PutUint64(m.id[:], uint64(n)+1)
	return m.encode()
}

// Followers and dispatch read what this node has consumed without the brokers: this
// queue has none.
func TestReadersShareWhatIsConsumed(t *testing.T) {
	q := offline()
	q.life, q.end = context.WithCancelCause(t.Context())
	defer q.end(nil)
	if err := q.feed.consume(answer{records: []record{{offset: 0, value: appended(0)}, {offset: 1, value: appended(1)}}}); err != nil {
		t.Fatal(err)
	}
	if err := q.owners.consume(1, answer{records: entries("a", "b", "c")}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		events := 0
		err := q.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
			if events += len(changes); events == 2 {
				cancel()
			}
			return nil
		})
		if err != nil || events != 2 {
			t.Errorf("%d events, %v", events, err)
		}
		cancel()
	}
	items, kept, err := q.owners.recent[1].from(t.Context(), 1)
	if err != nil || !kept || len(items) != 2 || string(items[0].value.key) != "b" {
		t.Errorf("%+v, kept %t, %v", items, kept, err)
	}
}

// A follower that is further behind than this node keeps fetches what it misses.
func TestFollowerFarBehind(t *testing.T) {
	q := opened(t, 1)
	const n = 20
	detail := make([]byte, recentBytes/(n-1))
	for i := range n {
		if _, err := q.Append(t.Context(), queue.Event{Name: "appended", Attempt: i, Detail: detail}); err != nil {
			t.Fatal(err)
		}
	}
	if _, kept, _ := q.feed.recent.now(0); kept {
		t.Fatal("all is kept")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	var attempts []int
	err := q.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			attempts = append(attempts, c.Event.Attempt)
		}
		if len(attempts) == n {
			cancel()
		}
		return nil
	})
	if err != nil || len(attempts) != n || !slices.IsSorted(attempts) {
		t.Errorf("got %v, %v", attempts, err)
	}
}

// opened returns a queue on a Kafka of its own.
func opened(t *testing.T, partitions int) *Queue {
	t.Helper()
	q, _ := openedOn(t, partitions)
	return q
}

// openedOn returns a queue and its Kafka.
func openedOn(t *testing.T, partitions int) (*Queue, *kfake.Cluster) {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	q, err := Open(t.Context(), Options{
		Brokers: c.ListenAddrs(), Prefix: "t-" + uuid.NewString() + ".", Replication: 1, Partitions: partitions, Session: 10 * time.Second,
		MaxBody: 16 << 20, Unanswered: 256 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q, c
}

// admitted returns an entry of each partition.
func admitted(t *testing.T, q *Queue) map[int]queue.Entry {
	t.Helper()
	of := make(map[int]queue.Entry)
	for i := 0; len(of) < int(q.layout.partitions); i++ {
		key := fmt.Sprint(i)
		e, err := q.Admit(t.Context(), queue.Submission{Key: key, ID: uuid.New(), Body: []byte("body")})
		if err != nil {
			t.Fatal(err)
		}
		partition, _, _ := q.layout.locate(e.Position)
		of[partition] = e
	}
	return of
}
