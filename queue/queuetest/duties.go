package queuetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"beibu/queue"
)

var holding = []promise{
	{"the next caller when one is gone", nextHolder},
	{"one caller at a time", oneHolder},
	{"duties do not wait for each other", dutiesApart},
	{"what do returns ends it", dutyDone},
	{"end of context is no error", dutyEnds},
	{"limits of a name", dutyNames},
}

// hold holds a duty beside the test until stop, which returns Hold's error. It
// says on entered when the duty is its own.
func (s *store) hold(duty string, entered chan<- string, who string, running *atomic.Int32) (stop func() error) {
	ctx, cancel := patient(s.t)
	done := make(chan error, 1)
	q := s.q
	go func() {
		done <- q.Hold(ctx, duty, func(own context.Context) error {
			if n := running.Add(1); n != 1 {
				s.t.Errorf("%d callers have the duty", n)
			}
			defer running.Add(-1)
			select {
			case entered <- who:
			case <-own.Done():
			}
			<-own.Done()
			return errors.New("cut short")
		})
	}()
	return func() error {
		cancel()
		return <-done
	}
}

// enters waits until a caller has a duty. Others may have it before.
func (s *store) enters(entered <-chan string, who string) {
	s.t.Helper()
	ctx, cancel := patient(s.t)
	defer cancel()
	for {
		select {
		case is := <-entered:
			if is == who {
				return
			}
		case <-ctx.Done():
			s.t.Fatalf("the duty never came to %s", who)
		}
	}
}

func nextHolder(t *testing.T, s *store) {
	t.Helper()
	entered := make(chan string)
	var running atomic.Int32
	first := s.hold("duty", entered, "first", &running)
	s.enters(entered, "first")
	second := s.hold("duty", entered, "second", &running)
	if err := first(); err != nil {
		t.Errorf("hold: %v", err)
	}
	s.enters(entered, "second")
	third := s.hold("duty", entered, "third", &running)
	if err := second(); err != nil {
		t.Errorf("hold: %v", err)
	}
	s.enters(entered, "third")
	if err := third(); err != nil {
		t.Errorf("hold: %v", err)
	}
}

// oneHolder has callers at work that takes its time.
func oneHolder(t *testing.T, s *store) {
	t.Helper()
	ctx, cancel := patient(t)
	defer cancel()
	var running atomic.Int32
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			err := s.q.Hold(ctx, "duty", func(own context.Context) error {
				if n := running.Add(1); n != 1 {
					t.Errorf("%d callers have the duty", n)
				}
				defer running.Add(-1)
				for i := range 20 {
					if _, err := s.q.Append(own, happened([16]byte{1}, "work", i)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Errorf("hold: %v", err)
			}
		})
	}
	callers.Wait()
}

func dutiesApart(t *testing.T, s *store) {
	t.Helper()
	entered := make(chan string)
	var here, there atomic.Int32
	first := s.hold("here", entered, "first", &here)
	s.enters(entered, "first")
	second := s.hold("there", entered, "second", &there)
	s.enters(entered, "second") // while the first has the other
	for _, stop := range []func() error{first, second} {
		if err := stop(); err != nil {
			t.Errorf("hold: %v", err)
		}
	}
}

func dutyDone(t *testing.T, s *store) {
	t.Helper()
	for _, want := range []error{errors.New("duty broken"), nil} {
		ctx, cancel := patient(t)
		calls := 0
		err := s.q.Hold(ctx, "duty", func(context.Context) error {
			calls++
			return want
		})
		if !errors.Is(err, want) || calls != 1 || ctx.Err() != nil {
			t.Errorf("hold: %v after %d calls, want %v", err, calls, want)
		}
		cancel()
	}
}

func dutyEnds(t *testing.T, s *store) {
	t.Helper()
	var running atomic.Int32
	entered := make(chan string)
	stop := s.hold("duty", entered, "first", &running)
	s.enters(entered, "first")
	if err := stop(); err != nil || running.Load() != 0 {
		t.Errorf("hold: %v, with %d at it", err, running.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.q.Hold(ctx, "duty", func(context.Context) error { return nil }); err != nil {
		t.Errorf("hold with an ended context: %v", err)
	}
}

func dutyNames(t *testing.T, s *store) {
	t.Helper()
	for name, want := range map[string]error{
		"":                                   queue.ErrInvalid,
		strings.Repeat("d", queue.MaxDuty+1): queue.ErrInvalid,
		strings.Repeat("d", queue.MaxDuty-1) + "港": queue.ErrInvalid,
		strings.Repeat("d", queue.MaxDuty):         nil,
		"deliver.window-vn":                        nil,
	} {
		ctx, cancel := patient(t)
		err := s.q.Hold(ctx, name, func(context.Context) error { return nil })
		if !errors.Is(err, want) {
			t.Errorf("%q: error %v, want %v", name, err, want)
		}
		cancel()
	}
}
