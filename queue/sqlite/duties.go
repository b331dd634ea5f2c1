package sqlite

import (
	"context"
	"sync"

	"beibu/queue"
)

// duties are the turns of the duties held, by name. The zero value works.
type duties struct {
	mu    sync.Mutex
	turns map[string]chan struct{} // guarded by mu; each taken by the Hold at work
}

func (d *duties) turn(duty string) chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	turn, ok := d.turns[duty]
	if !ok {
		if d.turns == nil {
			d.turns = make(map[string]chan struct{})
		}
		turn = make(chan struct{}, 1)
		d.turns[duty] = turn
	}
	return turn
}

// Hold calls do once the duty is this call's; see queue.Duties. There is one
// node, so a duty is lost at the end alone.
func (s *Store) Hold(ctx context.Context, duty string, do func(context.Context) error) error {
	if err := queue.CheckDuty(duty); err != nil {
		return err
	}
	turn := s.duties.turn(duty)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
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
	err := do(own)
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
