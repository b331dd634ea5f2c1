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

var electing = []promise{
	{"the next caller when one is gone", nextLeader},
	{"one caller at a time", oneLeader},
	{"elections do not wait for each other", electionsApart},
	{"what lead returns ends it", leadReturns},
	{"end of context is no error", electionEnds},
	{"limits of a name", electionNames},
}

// lead runs as leader beside the test until stop, which returns RunAsLeader's
// error. It sends who on entered when it is elected.
func (s *store) lead(election string, entered chan<- string, who string, running *atomic.Int32) (stop func() error) {
	ctx, cancel := patient(s.t)
	done := make(chan error, 1)
	q := s.q
	go func() {
		done <- q.RunAsLeader(ctx, election, func(own context.Context) error {
			if n := running.Add(1); n != 1 {
				s.t.Errorf("%d callers are leaders", n)
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

// enters waits until a caller is the leader. Others may be it before.
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
			s.t.Fatalf("%s was never elected", who)
		}
	}
}

func nextLeader(t *testing.T, s *store) {
	t.Helper()
	entered := make(chan string)
	var running atomic.Int32
	first := s.lead("task", entered, "first", &running)
	s.enters(entered, "first")
	second := s.lead("task", entered, "second", &running)
	if err := first(); err != nil {
		t.Errorf("run as leader: %v", err)
	}
	s.enters(entered, "second")
	third := s.lead("task", entered, "third", &running)
	if err := second(); err != nil {
		t.Errorf("run as leader: %v", err)
	}
	s.enters(entered, "third")
	if err := third(); err != nil {
		t.Errorf("run as leader: %v", err)
	}
}

// oneLeader has callers whose work takes its time.
func oneLeader(t *testing.T, s *store) {
	t.Helper()
	ctx, cancel := patient(t)
	defer cancel()
	var running atomic.Int32
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			err := s.q.RunAsLeader(ctx, "task", func(own context.Context) error {
				if n := running.Add(1); n != 1 {
					t.Errorf("%d callers are leaders", n)
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
				t.Errorf("run as leader: %v", err)
			}
		})
	}
	callers.Wait()
}

func electionsApart(t *testing.T, s *store) {
	t.Helper()
	entered := make(chan string)
	var here, there atomic.Int32
	first := s.lead("here", entered, "first", &here)
	s.enters(entered, "first")
	second := s.lead("there", entered, "second", &there)
	s.enters(entered, "second") // while the first leads the other
	for _, stop := range []func() error{first, second} {
		if err := stop(); err != nil {
			t.Errorf("run as leader: %v", err)
		}
	}
}

func leadReturns(t *testing.T, s *store) {
	t.Helper()
	for _, want := range []error{errors.New("leader broken"), nil} {
		ctx, cancel := patient(t)
		calls := 0
		err := s.q.RunAsLeader(ctx, "task", func(context.Context) error {
			calls++
			return want
		})
		if !errors.Is(err, want) || calls != 1 || ctx.Err() != nil {
			t.Errorf("run as leader: %v after %d calls, want %v", err, calls, want)
		}
		cancel()
	}
}

func electionEnds(t *testing.T, s *store) {
	t.Helper()
	var running atomic.Int32
	entered := make(chan string)
	stop := s.lead("task", entered, "first", &running)
	s.enters(entered, "first")
	if err := stop(); err != nil || running.Load() != 0 {
		t.Errorf("run as leader: %v, with %d at it", err, running.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.q.RunAsLeader(ctx, "task", func(context.Context) error { return nil }); err != nil {
		t.Errorf("run as leader with an ended context: %v", err)
	}
}

func electionNames(t *testing.T, s *store) {
	t.Helper()
	for name, want := range map[string]error{
		"":                                       queue.ErrInvalid,
		strings.Repeat("d", queue.MaxElection+1): queue.ErrInvalid,
		strings.Repeat("d", queue.MaxElection-1) + "港": queue.ErrInvalid,
		strings.Repeat("d", queue.MaxElection):         nil,
		"deliver.window-vn":                            nil,
	} {
		ctx, cancel := patient(t)
		err := s.q.RunAsLeader(ctx, name, func(context.Context) error { return nil })
		if !errors.Is(err, want) {
			t.Errorf("%q: error %v, want %v", name, err, want)
		}
		cancel()
	}
}
