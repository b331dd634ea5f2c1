// Package queuetest holds the contract of a queue as tests: what the comments
// of package queue promise, each of them once. Every implementation runs it.
package queuetest

import (
	"context"
	"testing"
	"time"

	"beibu/queue"
)

// An Opener opens one store: every call opens the same one again, once the
// queue opened before is closed or its process is gone.
type Opener func(tb testing.TB) queue.Queue

// Run runs the contract. fresh gives the opener of a new store with nothing in
// it; what it makes must be cleaned up with t.
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

// A promise is one sentence of the contract and the test that holds it.
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

// admit keeps a submission that must be kept.
func (s *store) admit(sub queue.Submission) queue.Entry {
	s.t.Helper()
	e, err := s.q.Admit(s.t.Context(), sub)
	if err != nil {
		s.t.Fatalf("admit %q: %v", sub.Key, err)
	}
	return e
}

// append records events that must be recorded, and returns the sequence up to
// which they are told.
func (s *store) append(events ...queue.Event) int64 {
	s.t.Helper()
	told, err := s.q.Append(s.t.Context(), events...)
	if err != nil {
		s.t.Fatalf("append: %v", err)
	}
	return told
}

// head is the sequence of the newest change.
func (s *store) head() int64 {
	s.t.Helper()
	at, err := s.q.Head(s.t.Context())
	if err != nil {
		s.t.Fatalf("head: %v", err)
	}
	return at
}

// patience bounds what is waited for, so that a broken promise fails a test
// and does not hang it. Nothing is measured by it.
const patience = time.Minute

// patient returns a context that ends when patience does.
func patient(tb testing.TB) (context.Context, context.CancelFunc) {
	tb.Helper()
	return context.WithTimeout(tb.Context(), patience)
}

// changes follows the record from after on until n changes are told.
func (s *store) changes(after int64, n int) []queue.Change {
	s.t.Helper()
	return s.until(after, func(told []queue.Change) bool { return len(told) >= n })
}

// until follows the record from after on until enough of it is told.
func (s *store) until(after int64, enough func(told []queue.Change) bool) []queue.Change {
	s.t.Helper()
	ctx, cancel := patient(s.t)
	defer cancel()
	var told []queue.Change
	if enough(told) {
		return told
	}
	full := false
	err := s.q.Follow(ctx, after, func(_ context.Context, changes []queue.Change) error {
		if told = append(told, changes...); enough(told) {
			full = true
			cancel()
		}
		return nil
	})
	if err != nil {
		s.t.Fatalf("follow from %d: %v", after, err)
	}
	if !full {
		s.t.Fatalf("follow from %d: only %d changes told", after, len(told))
	}
	return told
}

// A handler is what Dispatch calls.
type handler = func(context.Context, []queue.Entry) ([]queue.Event, error)

// quiet handles entries without a word.
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

// settle dispatches until n entries stand in the record, and returns it up to
// the last of them. A queue need not tell an entry before it is dispatched.
func (s *store) settle(n int, handle handler) []queue.Change {
	s.t.Helper()
	stop := s.dispatch(handle)
	told := s.until(0, func(told []queue.Change) bool { return len(entriesOf(told)) >= n })
	if err := stop(); err != nil {
		s.t.Fatalf("dispatch: %v", err)
	}
	return told
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
