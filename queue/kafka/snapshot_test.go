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

// Wherever a memory is written and read again, hearing goes on as if nothing
// had happened: the same owners, the same record.
func TestMemoryIsWhatWasHeard(t *testing.T) {
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
		whole := deaf()
		hearing(t, whole, log, events)

		first := deaf()
		l, e := rapid.IntRange(0, len(log)).Draw(t, "log"), rapid.IntRange(0, len(events)).Draw(t, "events")
		hearing(t, first, log[:l], events[:e])
		var file bytes.Buffer
		if err := first.writeTo(&file); err != nil {
			t.Fatal(err)
		}
		known, err := decodeSnapshot(file.Bytes(), "", 2)
		if err != nil {
			t.Fatal(err)
		}
		second := deaf()
		second.feed = known.feed()
		if second.owners, err = known.owners([]int64{0, 0}); err != nil {
			t.Fatal(err)
		}
		hearing(t, second, log[l:], events[e:])

		seen := cmp.Options{cmp.AllowUnexported(snapshot{}, point{}, witness{}, station{}), cmp.Comparer(sameSet)}
		if diff := cmp.Diff(whole.known(t), second.known(t), seen); diff != "" {
			t.Fatalf("after a memory:\n%s", diff)
		}
	})
}

// What is heard while a memory is being written is left out of it.
func TestMemoryIsOfOneMoment(t *testing.T) {
	q, log := deaf(), entries("a", "b", "c", "a", "d")
	if err := q.owners.hear(1, answer{records: log[:2]}); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	err := q.writeTo(writing(func(b []byte) error {
		_, _ = file.Write(b) // never fails
		defer func() { log = log[:2] }()
		return q.owners.hear(1, answer{records: log[2:]})
	}))
	if err != nil || q.owners.size() != 4 {
		t.Fatalf("%d keys are heard, %v", q.owners.size(), err)
	}
	s, err := decodeSnapshot(file.Bytes(), "", 2)
	if err != nil {
		t.Fatal(err)
	}
	if o, err := s.owners([]int64{0, 0}); err != nil || o.size() != 2 || len(o.later) != 0 || o.marks[1].next != 2 {
		t.Errorf("%+v, %v", o, err)
	}
}

// writing is what is done with every piece that is written.
type writing func([]byte) error

func (w writing) Write(b []byte) (int, error) { return len(b), w(b) }

// deaf is a queue without brokers.
func deaf() *Queue {
	l := layout{2}
	return &Queue{layout: l, owners: newOwners(l), feed: newFeed(2, 0)}
}

func hearing(t *rapid.T, q *Queue, log, events []record) {
	if err := errors.Join(q.owners.hear(1, answer{records: log}), q.feed.hear(answer{records: events})); err != nil {
		t.Fatal(err)
	}
}

// known is all that a queue knows.
func (q *Queue) known(t *rapid.T) *snapshot {
	var file bytes.Buffer
	if err := q.writeTo(&file); err != nil {
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
	q := deaf()
	if err := errors.Join(q.owners.hear(0, answer{records: entries("a", "b", "a")}), q.writeTo(&file)); err != nil {
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
