package queuetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"beibu/queue"
)

var closing = []promise{
	{"everything is unavailable afterwards", unavailableAfterwards},
	{"closing again is no error", closeAgain},
	{"what runs is ended", whatRunsEnds},
	{"an admit answered is there", answeredIsThere},
}

func unavailableAfterwards(t *testing.T, s *store) {
	t.Helper()
	e := s.admit(submit("key", "content"))
	position := s.keep([]byte("content"))
	q := s.q
	s.close()
	ctx := t.Context()
	calls := map[string]func() error{
		"Admit":       func() error { _, err := q.Admit(ctx, submit("key", "content")); return err },
		"Owned":       func() error { _, err := q.Owned(ctx, "key"); return err },
		"Append":      func() error { _, err := q.Append(ctx, happened(e.ID, "late", 0)); return err },
		"AddBody":     func() error { _, err := q.AddBody(ctx, "key", []byte("content")); return err },
		"Body":        func() error { _, err := q.Body(ctx, e.Body); return err },
		"Keep":        func() error { _, err := q.Keep(ctx, []byte("content"), time.Now().Add(time.Hour)); return err },
		"Kept":        func() error { _, err := q.Kept(ctx, position); return err },
		"Decided":     func() error { _, err := q.Decided(ctx, e.ID); return err },
		"Head":        func() error { _, err := q.Head(ctx); return err },
		"Dispatch":    func() error { return q.Dispatch(ctx, quiet) },
		"RunAsLeader": func() error { return q.RunAsLeader(ctx, "task", func(context.Context) error { return nil }) },
		"Follow":      func() error { return q.Follow(ctx, 0, func(context.Context, []queue.Change) error { return nil }) },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("%s: error %v, want %v", name, err, queue.ErrUnavailable)
		}
	}
}

func closeAgain(t *testing.T, s *store) {
	t.Helper()
	q := s.q
	s.close()
	if err := q.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
}

func whatRunsEnds(t *testing.T, s *store) {
	t.Helper()
	ctx, cancel := patient(t)
	defer cancel()
	q := s.q
	started := make(chan struct{}, 3)
	ended := make(chan error, 3)
	s.admit(submit("key", "content"))
	go func() {
		ended <- q.Dispatch(ctx, func(context.Context, []queue.Entry) ([]queue.Event, error) {
			started <- struct{}{}
			return nil, nil
		})
	}()
	go func() {
		ended <- q.Follow(ctx, 0, func(context.Context, []queue.Change) error {
			started <- struct{}{}
			return nil
		})
	}()
	go func() {
		ended <- q.RunAsLeader(ctx, "task", func(ctx context.Context) error {
			started <- struct{}{}
			<-ctx.Done()
			return nil
		})
	}()
	for range cap(started) {
		<-started
	}
	s.close()
	for range cap(ended) {
		if err := <-ended; !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("ended with %v, want %v", err, queue.ErrUnavailable)
		}
	}
}

func answeredIsThere(t *testing.T, s *store) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var answered []queue.Entry
	q := s.q
	for _, sub := range numbered(64) {
		wg.Go(func() {
			e, err := q.Admit(t.Context(), sub)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				answered = append(answered, e)
			} else if !errors.Is(err, queue.ErrUnavailable) {
				t.Errorf("admit: %v, want %v", err, queue.ErrUnavailable)
			}
		})
	}
	s.close() // while they are at it
	wg.Wait()
	s.reopen()
	for _, e := range answered {
		same(t, "entry answered before closing", s.admit(submit(e.Key, "late")), e)
	}
}
