package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/queue"
)

// record returns the whole record of a store, from the beginning or from after a
// sequence.
func record(t *testing.T, s *Store, after int64) []queue.Change {
	t.Helper()
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var all []queue.Change
	err = s.Follow(ctx, after, func(_ context.Context, changes []queue.Change) error {
		all = append(all, changes...)
		if changes[len(changes)-1].Sequence >= head {
			stop()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// dispatched returns the entries of a store that are pending dispatch.
func dispatched(t *testing.T, s *Store, n int) (all []queue.Entry) {
	t.Helper()
	enough := errors.New("enough")
	err := s.Dispatch(t.Context(), func(_ context.Context, entries []queue.Entry) ([]queue.Event, error) {
		if all = append(all, entries...); len(all) == n {
			return nil, enough
		}
		return nil, nil
	})
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	return all
}

// What a Follow and a Dispatch read from memory is what they read from the file, value
// by value: the record, and not what the caller keeps.
func TestRecentIsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	elsewhere := time.FixedZone("elsewhere", 7*3600)
	at := time.Date(2026, 11, 30, 8, 0, 0, 123_456_789, elsewhere)
	head := []byte(`{"a":1}`)
	for i, h := range [][]byte{head, nil, {}, []byte("\x00\xff")} {
		key := fmt.Sprintf("key\x00%d\xff", i)
		owner, err := s.Admit(t.Context(), queue.Submission{ID: [16]byte{byte(i)}, Key: key, Token: [16]byte{9, byte(i)}, At: at, Head: h, Body: []byte("body")})
		if err != nil {
			t.Fatal(err)
		}
		events := []queue.Event{
			{Subject: queue.ExchangeSubject(owner.ID), Receiver: "r\xff", Name: "A", Attempt: 1, At: at, Detail: []byte{}},
			{Subject: queue.Subject{Kind: queue.SubjectParty, ID: "window-vn"}, Name: "B", At: at.Add(-time.Hour * 24 * 365 * 60), Detail: head},
		}
		if _, err := s.Append(t.Context(), events...); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), queue.Event{Name: "refused", Attempt: -1}); !errors.Is(err, queue.ErrInvalid) {
			t.Fatal(err)
		}
	}
	copy(head, "changed") // by its owner, who may
	changes, entries := record(t, s, 0), dispatched(t, s, 4)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path, Options{}); err != nil { // has nothing in memory
		t.Fatal(err)
	}
	if diff := cmp.Diff(record(t, s, 0), changes); diff != "" {
		t.Errorf("record, -file +memory:\n%s", diff)
	}
	if diff := cmp.Diff(dispatched(t, s, 4), entries); diff != "" {
		t.Errorf("pending dispatch, -file +memory:\n%s", diff)
	}
}

// What is not committed is not kept, also if the next transaction has its sequences.
func TestRecentIsCommitted(t *testing.T) {
	w := still(t)
	broken := errors.New("broken")
	for range 2 {
		w.serve(batchOf(func(tx *transaction) error {
			if err := admitting("rolled back")(tx); err != nil {
				return err
			}
			return broken
		}))
	}
	w.serve(batchOf(admitting("a"), admitting("b")))
	changes, known := w.tx.recent.page(0)
	if !known || len(changes) != 2 || changes[0].Entry.Key != "a" || changes[1].Entry.Key != "b" {
		t.Errorf("%t, %+v", known, changes)
	}
}

// A record that is longer than what is kept in memory is read whole, from any sequence.
func TestLongerThanRecent(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "queue.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	const n = 3000
	event := queue.Event{Subject: queue.Subject{Kind: queue.SubjectParty, ID: "window-vn"}, Name: "A", At: time.Now()}
	long := event
	long.Detail = make([]byte, queue.MaxDetail)
	for written := 0; written < n; {
		events := make([]queue.Event, 0, 100)
		for len(events) < cap(events) {
			events = append(events, event)
		}
		if written%300 == 0 {
			events[50] = long
		}
		if _, err := s.Append(t.Context(), events...); err != nil {
			t.Fatal(err)
		}
		written += len(events)
	}
	for after := int64(0); after < n; after += 123 {
		all := record(t, s, after)
		if int64(len(all)) != n-after || all[0].Sequence != after+1 || all[len(all)-1].Sequence != n {
			t.Fatalf("after %d: %d changes", after, len(all))
		}
		for i, c := range all {
			if c.Sequence != after+int64(i)+1 || c.Event == nil {
				t.Fatalf("after %d, change %d: %+v", after, i, c)
			}
		}
	}
}
