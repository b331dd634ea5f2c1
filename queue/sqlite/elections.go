package sqlite

import (
	"context"
	"sync"

	"beibu/queue"
)

// elections are the elections of a store, by name. The zero value works.
type elections struct {
	mu    sync.Mutex
	seats map[string]chan struct{} // guarded by mu; each holds one token while there is a leader
}

func (e *elections) seat(election string) chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	seat, ok := e.seats[election]
	if !ok {
		if e.seats == nil {
			e.seats = make(map[string]chan struct{})
		}
		seat = make(chan struct{}, 1)
		e.seats[election] = seat
	}
	return seat
}

// RunAsLeader calls lead while this call is the leader; see [queue.Elections].
// Only one node uses the file, so a leader loses an election only when the
// store closes.
func (s *Store) RunAsLeader(ctx context.Context, election string, lead func(context.Context) error) error {
	if err := queue.CheckElection(election); err != nil {
		return err
	}
	seat := s.elections.seat(election)
	select {
	case seat <- struct{}{}:
		defer func() { <-seat }()
	case <-s.closed:
		return errClosed
	case <-ctx.Done():
		return nil
	}
	own, end := context.WithCancel(ctx)
	defer end()
	go func() {
		select {
		case <-s.closed:
			end()
		case <-own.Done():
		}
	}()
	if s.isClosed() { // both may have been ready
		return errClosed
	}
	err := lead(own)
	switch {
	case ctx.Err() != nil:
		return nil
	case s.isClosed():
		return errClosed
	}
	return err
}

func (s *Store) isClosed() bool {
	select {
	case <-s.closed:
		return true
	default:
		return false
	}
}
