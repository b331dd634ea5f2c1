package queuetest

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"beibu/queue"
)

var dispatching = []promise{
	{"owning entries in log order", inLogOrder},
	{"entries are whole", entriesAreWhole},
	{"later attempts are not handed over", losersAreNot},
	{"events follow their entries in the record", eventsBehindEntries},
	{"an error leaves the batch undone", errorLeavesUndone},
	{"a batch cut off has its effect once", cutOffOnce},
	{"a batch cut off by Close has its effect once", closedOnce},
	{"one batch at a time", oneAtATime},
	{"two calls at once have every effect once", twoAtOnce},
	{"waits for new entries", dispatchWakes},
	{"end of context is no error", dispatchEnds},
	{"events outside the limits end it", badEventsEndIt},
}

// handed collects what Dispatch hands over until n entries are.
func (s *store) handed(n int) []queue.Entry {
	s.t.Helper()
	ctx, cancel := patient(s.t)
	defer cancel()
	var got []queue.Entry
	err := s.q.Dispatch(ctx, func(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
		if got = append(got, batch...); len(got) >= n {
			cancel()
		}
		return nil, nil
	})
	if err != nil {
		s.t.Fatalf("dispatch: %v", err)
	}
	return got
}

func inLogOrder(t *testing.T, s *store) {
	t.Helper()
	const n = 700 // more than any batch
	for _, sub := range numbered(n) {
		s.admit(sub)
	}
	got := s.handed(n)
	rising := slices.IsSortedFunc(got, func(a, b queue.Entry) int { return int(a.Position - b.Position) })
	if len(got) != n || !rising {
		t.Errorf("%d entries, in order %v; want %d in order", len(got), rising, n)
	}
}

func entriesAreWhole(t *testing.T, s *store) {
	t.Helper()
	var want []queue.Entry
	for _, sub := range numbered(5) {
		want = append(want, s.admit(sub))
	}
	same(t, "entries", s.handed(len(want)), want)
}

func losersAreNot(t *testing.T, s *store) {
	t.Helper()
	var want []queue.Entry
	for _, sub := range numbered(10) {
		want = append(want, s.admit(sub))
		s.admit(submit(sub.Key, "late"))
	}
	same(t, "entries", s.handed(len(want)), want)
}

// consign says one thing about each entry, the same each time.
func consign(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
	var events []queue.Event
	for _, e := range batch {
		events = append(events, happened(e.ID, "ContentConsignment", 0), happened(e.ID, "second", 1))
	}
	return events, nil
}

// consigned fails the test unless each exchange has its entry first and the
// events of consign once each behind it.
func (s *store) consigned(n int) {
	s.t.Helper()
	all := s.changes(0, 3*n)
	if len(all) != 3*n || int64(len(all)) == 0 || s.head() != all[len(all)-1].Sequence {
		s.t.Fatalf("%d changes, head %d; want %d", len(all), s.head(), 3*n)
	}
	state := make(map[[16]byte]int)
	for _, c := range all {
		var id [16]byte
		var want int
		switch {
		case c.Entry != nil:
			id, want = c.Entry.ID, 0
		case c.Event.Name == "ContentConsignment":
			id, want = c.Event.Subject.Exchange, 1
		default:
			id, want = c.Event.Subject.Exchange, 2
		}
		if state[id] != want {
			s.t.Fatalf("change %d of exchange %x comes as number %d of its three", c.Sequence, id, state[id])
		}
		state[id]++
	}
}

func eventsBehindEntries(t *testing.T, s *store) {
	t.Helper()
	const n = 30
	stop := s.dispatch(consign)
	for _, sub := range numbered(n) {
		s.admit(sub)
	}
	s.consigned(n)
	if err := stop(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
	s.reopen()
	s.consigned(n)
}

func errorLeavesUndone(t *testing.T, s *store) {
	t.Helper()
	const n = 10
	for _, sub := range numbered(n) {
		s.admit(sub)
	}
	broken := errors.New("handler broken")
	var first []queue.Entry
	ctx, cancel := patient(t)
	defer cancel()
	err := s.q.Dispatch(ctx, func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
		first = slices.Clone(batch)
		events, _ := consign(ctx, batch)
		return events, broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("error %v, want %v", err, broken)
	}
	var again []queue.Entry
	stop := s.dispatch(func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
		again = append(again, batch...)
		return consign(ctx, batch)
	})
	s.consigned(n) // the events of the failed call are not there
	if err := stop(); err != nil {
		t.Fatalf("dispatch: %v", err)
	}
	same(t, "entries handed again", again[:len(first)], first)
}

func cutOffOnce(t *testing.T, s *store) {
	t.Helper()
	const n = 10
	for _, sub := range numbered(n) {
		s.admit(sub)
	}
	for range 3 {
		ctx, cancel := patient(t)
		err := s.q.Dispatch(ctx, func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
			cancel()
			return consign(ctx, batch)
		})
		cancel()
		if err != nil {
			t.Fatalf("dispatch: %v", err)
		}
		s.admit(submit(rawToken(), "more")) // so that there is always something to hand over
		s.reopen()
	}
	stop := s.dispatch(consign)
	s.consigned(n + 3)
	if err := stop(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
}

// rawToken makes a key that no other has.
func rawToken() string {
	s := submit("", "")
	return string(s.Token[:])
}

func closedOnce(t *testing.T, s *store) {
	t.Helper()
	const n = 10
	for _, sub := range numbered(n) {
		s.admit(sub)
	}
	ctx, cancel := patient(t)
	defer cancel()
	q := s.q
	closing := make(chan error, 1)
	err := q.Dispatch(ctx, func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
		go func() { closing <- q.Close() }()
		return consign(ctx, batch)
	})
	if err != nil && !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("dispatch: %v, want %v", err, queue.ErrUnavailable)
	}
	if err := <-closing; err != nil {
		t.Errorf("close: %v", err)
	}
	s.reopen()
	stop := s.dispatch(consign)
	s.consigned(n)
	if err := stop(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
}

func oneAtATime(t *testing.T, s *store) {
	t.Helper()
	const n = 50
	var running, most atomic.Int32
	stop := s.dispatch(func(ctx context.Context, batch []queue.Entry) ([]queue.Event, error) {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		return consign(ctx, batch)
	})
	for _, sub := range numbered(n) {
		s.admit(sub)
	}
	s.consigned(n)
	if err := stop(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
	if most.Load() != 1 {
		t.Errorf("%d batches at a time", most.Load())
	}
}

func twoAtOnce(t *testing.T, s *store) {
	t.Helper()
	const n = 60
	first, second := s.dispatch(consign), s.dispatch(consign)
	for _, sub := range numbered(n) {
		s.admit(sub)
	}
	s.consigned(n)
	if err := first(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
	s.admit(submit("one more", "content"))
	s.consigned(n + 1) // by the second
	if err := second(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
}

func dispatchWakes(t *testing.T, s *store) {
	t.Helper()
	seen := make(chan queue.Entry, 16)
	stop := s.dispatch(func(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
		for _, e := range batch {
			seen <- e
		}
		return nil, nil
	})
	for _, sub := range numbered(5) { // each waits for the one before to be through
		e := s.admit(sub)
		same(t, "entry", <-seen, e)
	}
	if err := stop(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
}

func dispatchEnds(t *testing.T, s *store) {
	t.Helper()
	if err := s.dispatch(quiet)(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.q.Dispatch(ctx, quiet); err != nil {
		t.Errorf("dispatch: %v", err)
	}
}

func badEventsEndIt(t *testing.T, s *store) {
	t.Helper()
	s.admit(submit("key", "content"))
	ctx, cancel := patient(t)
	defer cancel()
	err := s.q.Dispatch(ctx, func(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
		e := happened(batch[0].ID, "too much", 0)
		e.Detail = make([]byte, queue.MaxDetail+1)
		return []queue.Event{happened(batch[0].ID, "good", 0), e}, nil
	})
	if !errors.Is(err, queue.ErrInvalid) {
		t.Fatalf("error %v, want %v", err, queue.ErrInvalid)
	}
	stop := s.dispatch(consign)
	s.consigned(1)
	if err := stop(); err != nil {
		t.Errorf("dispatch: %v", err)
	}
}
