package kafka

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Wherever a snapshot is saved and loaded, the consumers continue as if nothing had
// happened: the same owners, the same record.
func TestSnapshotIsWhatWasConsumed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s scenario
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			s.step(t)
		}
		events := s.records()
		var keys []string
		for range rapid.IntRange(1, 40).Draw(t, "records") {
			keys = append(keys, fmt.Sprint(rapid.IntRange(0, 8).Draw(t, "key")))
		}
		log := entries(keys...)
		whole := offline()
		consuming(t, whole, log, events)

		first := offline()
		l, e := rapid.IntRange(0, len(log)).Draw(t, "log"), rapid.IntRange(0, len(events)).Draw(t, "events")
		consuming(t, first, log[:l], events[:e])
		var file bytes.Buffer
		if err := first.encodeSnapshot(&file); err != nil {
			t.Fatal(err)
		}
		known, err := decodeSnapshot(file.Bytes(), "", 2)
		if err != nil {
			t.Fatal(err)
		}
		second := offline()
		second.feed = known.feed()
		if second.owners, err = known.owners([]int64{0, 0}); err != nil {
			t.Fatal(err)
		}
		consuming(t, second, log[l:], events[e:])

		seen := cmp.Options{cmp.AllowUnexported(snapshot{}, consumedRange{}, recordDigest{}, checkpoint{}), cmp.Comparer(sameSet)}
		if diff := cmp.Diff(whole.known(t), second.known(t), seen); diff != "" {
			t.Fatalf("after a snapshot:\n%s", diff)
		}
	})
}

// What is consumed while a snapshot is being saved is not in it.
func TestSnapshotIsOfOneMoment(t *testing.T) {
	q, log := offline(), entries("a", "b", "c", "a", "d")
	if err := q.owners.consume(1, answer{records: log[:2]}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	err := q.encodeSnapshot(writing(func(b []byte) error {
		_, _ = file.Write(b) // never fails
		defer func() { log = log[:2] }()
		return q.owners.consume(1, answer{records: log[2:]})
	}))
	if err != nil || q.owners.size() != 4 {
		t.Fatalf("%d keys are consumed, %v", q.owners.size(), err)
	}
	s, err := decodeSnapshot(file.Bytes(), "", 2)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := s.owners([]int64{0, 0}); err != nil || o.size() != 2 || len(o.later) != 0 || o.cursors[1].next != 2 {
		t.Errorf("%+v, %v", o, err)
	}
}

// writing is called with every piece that is written.
type writing func([]byte) error

func (w writing) Write(b []byte) (int, error) { return len(b), w(b) }

// offline returns a queue without brokers.
func offline() *Queue {
	l := layout{2}
	return &Queue{layout: l, owners: newOwners(l), feed: newFeed(2, 0)}
}

func consuming(t *rapid.T, q *Queue, log, events []record) {
	if err := errors.Join(q.owners.consume(1, answer{records: log}), q.feed.consume(answer{records: events})); err != nil {
		t.Fatal(err)
	}
}

// known returns all that a queue knows.
func (q *Queue) known(t *rapid.T) *snapshot {
	var file bytes.Buffer
	if err := q.encodeSnapshot(&file); err != nil {
		t.Fatal(err)
	}
	s, err := decodeSnapshot(file.Bytes(), "", 2)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sameSet compares keys, which come in no order.
func sameSet(a, b []byte) bool {
	return slices.EqualFunc(sorted(a), sorted(b), bytes.Equal)
}

func sorted(keys []byte) [][]byte {
	return slices.SortedFunc(slices.Chunk(keys, keySize), bytes.Compare)
}

func FuzzSnapshot(f *testing.F) {
	var file bytes.Buffer
	q := offline()
	if err := errors.Join(q.owners.consume(0, answer{records: entries("a", "b", "a")}), q.encodeSnapshot(&file)); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes()[len(snapshotVersion):])
	f.Fuzz(func(_ *testing.T, content []byte) {
		d := decoder{rest: content}
		if s := d.snapshot(2); d.err == nil && len(s.keys)%keySize == 0 {
			_, _ = s.owners([]int64{0, 0})
			_ = s.feed()
		}
	})
}
