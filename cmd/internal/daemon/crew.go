package daemon

import (
	"context"
	"fmt"
	"sync"
)

// A job is work that goes on until its context ends.
type job struct {
	name string // no two jobs at a time have the same
	spec any    // comparable; a job that has another one is another job
	run  func(context.Context) error
}

// A crew does jobs that come and go with the map of parties.
type crew struct {
	fail func(error) // is told of a job that ends by itself with an error

	mu     sync.Mutex
	shifts map[string]*shift // guarded by mu; by the name of the job
	over   bool              // guarded by mu; no more jobs are begun
}

// A shift is a job being done.
type shift struct {
	spec   any
	cancel context.CancelFunc
	done   chan struct{}
}

// assign begins the jobs that are new, ends those that are not among them, and
// leaves the others at work.
func (c *crew) assign(jobs []job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	next := make(map[string]*shift, len(jobs))
	for _, j := range jobs {
		before := c.shifts[j.name]
		if before == nil || before.spec != j.spec {
			before = c.begin(j, before)
		}
		next[j.name] = before
	}
	for name, s := range c.shifts {
		if next[name] != s {
			s.cancel()
		}
	}
	c.shifts = next
}

// begin begins a job once the one before it, of the same name, is through.
func (c *crew) begin(j job, before *shift) *shift {
	ctx, cancel := context.WithCancel(context.Background())
	s := &shift{spec: j.spec, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		if before != nil {
			<-before.done
		}
		if err := j.run(ctx); err != nil && ctx.Err() == nil {
			c.fail(fmt.Errorf("%s: %w", j.name, err))
		}
	}()
	return s
}

// stop ends all jobs at once, and waits for them.
func (c *crew) stop(ctx context.Context) error {
	c.mu.Lock()
	shifts := c.shifts
	c.over = true
	c.mu.Unlock()
	for _, s := range shifts {
		s.cancel()
	}
	for _, s := range shifts {
		select {
		case <-s.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
