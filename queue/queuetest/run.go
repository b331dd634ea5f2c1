// Package queuetest is the contract of a queue as tests. Each promise in the comments
// of package queue has a test, and every implementation runs all of them.
package queuetest

import (
	"context"
	"testing"
	"time"

	"beibu/queue"
)

// An Opener opens one store. Every call opens the same store again, after the queue
// that was opened before is closed or its process is gone.
type Opener func(tb testing.TB) queue.Queue

// Run runs the contract. fresh returns the opener of a new, empty store, and cleans up
// with tb.
func Run(t *testing.T, fresh func(tb testing.TB) Opener) {
	t.Helper()
	groups := []struct {
		name  string
		cases []promise
	}{
		{"Admit", admitting},
		{"Dispatch", dispatching},
		{"Append", appending},
		{"Follow", following},
		{"Body", bodies},
		{"Keep", keeping},
		{"Elections", electing},
		{"Owned", owning},
		{"Decided", deciding},
		{"Close", closing},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, p := range g.cases {
				t.Run(p.name, func(t *testing.T) {
					p.test(t, newStore(t, fresh(t)))
				})
			}
		})
	}
	t.Run("Model", func(t *testing.T) { model(t, fresh) })
}

// A promise is one sentence of the contract and its test.
type promise struct {
	name string
	test func(t *testing.T, s *store)
}

// A store is one queue under test, which can be closed and opened again.
type store struct {
	t    testing.TB
	open Opener
	q    queue.Queue
}

func newStore(tb testing.TB, open Opener) *store {
	tb.Helper()
	s := &store{t: tb, open: open, q: open(tb)}
	tb.Cleanup(s.close)
	return s
}

func (s *store) close() {
	if s.q == nil {
		return
	}
	if err := s.q.Close(); err != nil {
		s.t.Errorf("close: %v", err)
	}
	s.q = nil
}

// reopen closes the queue and opens it again.
func (s *store) reopen() {
	s.close()
	s.q = s.open(s.t)
}

// admit admits a submission, which must succeed.
func (s *store) admit(sub queue.Submission) queue.Entry {
	s.t.Helper()
	e, err := s.q.Admit(s.t.Context(), sub)
	if err != nil {
		s.t.Fatalf("admit %q: %v", sub.Key, err)
	}
	return e
}

// append appends events, which must succeed, and returns the sequence at or after
// theirs.
func (s *store) append(events ...queue.Event) int64 {
	s.t.Helper()
	sequence, err := s.q.Append(s.t.Context(), events...)
	if err != nil {
		s.t.Fatalf("append: %v", err)
	}
	return sequence
}

// head returns the sequence of the newest change.
func (s *store) head() int64 {
	s.t.Helper()
	at, err := s.q.Head(s.t.Context())
	if err != nil {
		s.t.Fatalf("head: %v", err)
	}
	return at
}

// patience bounds every wait, so that a broken promise fails a test and does not hang
// it. No test measures time with it.
const patience = time.Minute

// patient returns a context that ends when patience does.
func patient(tb testing.TB) (context.Context, context.CancelFunc) {
	tb.Helper()
	return context.WithTimeout(tb.Context(), patience)
}

// changes follows the record from after on until it has received n changes.
func (s *store) changes(after int64, n int) []queue.Change {
	s.t.Helper()
	return s.until(after, func(all []queue.Change) bool { return len(all) >= n })
}

// until follows the record from after on until it has received enough.
func (s *store) until(after int64, enough func(all []queue.Change) bool) []queue.Change {
	s.t.Helper()
	ctx, cancel := patient(s.t)
	defer cancel()
	var all []queue.Change
	if enough(all) {
		return all
	}
	full := false
	err := s.q.Follow(ctx, after, func(_ context.Context, changes []queue.Change) error {
		if all = append(all, changes...); enough(all) {
			full = true
			cancel()
		}
		return nil
	})
	if err != nil {
		s.t.Fatalf("follow from %d: %v", after, err)
	}
	if !full {
		s.t.Fatalf("follow from %d: only %d changes received", after, len(all))
	}
	return all
}

// A handler is what Dispatch calls.
type handler = func(context.Context, []queue.Entry) ([]queue.Event, error)

// quiet handles entries and returns no events.
func quiet(context.Context, []queue.Entry) ([]queue.Event, error) { return nil, nil }

// dispatch runs Dispatch beside the test until stop, which returns its error.
func (s *store) dispatch(handle handler) (stop func() error) {
	ctx, cancel := patient(s.t)
	done := make(chan error, 1)
	q := s.q
	go func() { done <- q.Dispatch(ctx, handle) }()
	return func() error {
		cancel()
		return <-done
	}
}

// dispatchedRecord dispatches until the record contains n entries, and returns the
// record up to the last of them. A queue need not publish an entry before it is
// dispatched.
func (s *store) dispatchedRecord(n int, handle handler) []queue.Change {
	s.t.Helper()
	stop := s.dispatch(handle)
	all := s.until(0, func(all []queue.Change) bool { return len(entriesOf(all)) >= n })
	if err := stop(); err != nil {
		s.t.Fatalf("dispatch: %v", err)
	}
	return all
}

func entriesOf(changes []queue.Change) []queue.Entry {
	var entries []queue.Entry
	for _, c := range changes {
		if c.Entry != nil {
			entries = append(entries, *c.Entry)
		}
	}
	return entries
}

func eventsOf(changes []queue.Change) []queue.Event {
	var events []queue.Event
	for _, c := range changes {
		if c.Event != nil {
			events = append(events, *c.Event)
		}
	}
	return events
}
