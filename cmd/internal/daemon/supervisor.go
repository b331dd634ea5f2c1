package daemon

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// A job is work that continues until its context ends.
type job struct {
	name string // no two jobs at a time have the same
	spec any    // comparable; a job that has another one is another job
	run  func(context.Context) error
}

// A supervisor runs jobs that come and go with the map of parties.
type supervisor struct {
	fail func(error) // called for a job that ends by itself with an error

	mu      sync.Mutex
	running map[string]*running // guarded by mu; by the name of the job
	leaving map[string]*running // guarded by mu; canceled, and perhaps not ended yet, by the name of the job
	over    bool                // guarded by mu; no more jobs are started
}

// running is a job that was started.
type running struct {
	spec   any
	cancel context.CancelFunc
	done   chan struct{}
}

// assign starts the jobs that are new, ends those that are not among them, and
// leaves the others running.
func (s *supervisor) assign(jobs []job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	next := make(map[string]*running, len(jobs))
	for _, j := range jobs {
		one := s.running[j.name]
		if one == nil || one.spec != j.spec {
			one = s.start(j, cmp.Or(one, s.leaving[j.name]))
		}
		next[j.name] = one
	}
	maps.DeleteFunc(s.leaving, func(_ string, one *running) bool { return one.ended() })
	for name, one := range s.running {
		if next[name] != one {
			one.cancel()
			s.leave(name, one)
		}
	}
	s.running = next
}

// leave keeps a canceled job until it has ended. It has waited for the one before it.
func (s *supervisor) leave(name string, one *running) {
	if s.leaving == nil {
		s.leaving = make(map[string]*running)
	}
	s.leaving[name] = one
}

// ended returns once the canceled jobs with the names have ended, or with the error
// of ctx.
func (s *supervisor) ended(ctx context.Context, names ...string) error {
	for _, name := range names {
		s.mu.Lock()
		one := s.leaving[name]
		s.mu.Unlock()
		if one == nil {
			continue
		}
		select {
		case <-one.done:
		case <-ctx.Done():
			return fmt.Errorf("end %s: %w", name, context.Cause(ctx))
		}
	}
	return nil
}

// ended reports whether the job has ended.
func (r *running) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// start starts a job when the one before it, of the same name, has ended.
func (s *supervisor) start(j job, before *running) *running {
	ctx, cancel := context.WithCancel(context.Background())
	one := &running{spec: j.spec, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(one.done)
		if before != nil {
			<-before.done
		}
		if err := j.run(ctx); err != nil && ctx.Err() == nil {
			s.fail(fmt.Errorf("%s: %w", j.name, err))
		}
	}()
	return one
}

// stop ends all jobs at once, and waits for them until ctx ends.
func (s *supervisor) stop(ctx context.Context) error {
	s.mu.Lock()
	all := append(slices.Collect(maps.Values(s.running)), slices.Collect(maps.Values(s.leaving))...)
	s.over = true
	s.mu.Unlock()
	for _, one := range all {
		one.cancel()
	}
	for _, one := range all {
		select {
		case <-one.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
