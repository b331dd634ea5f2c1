package sqlitefile_test

import (
	"context"
	"errors"
	"testing"

	"beibu/queue/sqlitefile"
)

// A resource is in a pool in place of a connection.
type resource struct{ closed bool }

func (r *resource) Close() error {
	r.closed = true
	return nil
}

// newPool returns a pool of two, and both.
func newPool(t *testing.T) (p *sqlitefile.Pool[*resource], all []*resource) {
	t.Helper()
	p, err := sqlitefile.NewPool(2, func() (*resource, error) {
		all = append(all, &resource{})
		return all[len(all)-1], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, all
}

func take(t *testing.T, p *sqlitefile.Pool[*resource]) *resource {
	t.Helper()
	r, err := p.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Users one after another have the same one, so that its cache is of use. Those at once
// have several, and who comes when all are in use waits.
func TestPoolGivesTheLastOneFirst(t *testing.T) {
	p, _ := newPool(t)
	first, second := take(t, p), take(t, p)
	if first == second {
		t.Error("two users have one")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := p.Take(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a third user has %v, %v", r, err)
	}
	p.Give(second)
	p.Give(first)
	for range 5 {
		r := take(t, p)
		if r != first {
			t.Error("it is not the one that was used last")
		}
		p.Give(r)
	}
}

// Close waits for those that are in use, and closes all.
func TestPoolCloses(t *testing.T) {
	p, all := newPool(t)
	used := take(t, p)
	ended := make(chan error)
	go func() { ended <- p.Close() }()
	p.Give(used)
	if err := <-ended; err != nil || !all[0].closed || !all[1].closed {
		t.Errorf("%v: %t, %t", err, all[0].closed, all[1].closed)
	}
	if _, err := p.Take(t.Context()); !errors.Is(err, sqlitefile.ErrClosed) {
		t.Errorf("of a closed pool: %v", err)
	}
}

// If one cannot be opened, those before it are closed.
func TestPoolThatDoesNotOpen(t *testing.T) {
	odd, first := errors.New("odd"), &resource{}
	next := []*resource{first, nil}
	_, err := sqlitefile.NewPool(3, func() (r *resource, err error) {
		if r, next = next[0], next[1:]; r == nil {
			err = odd
		}
		return r, err
	})
	if !errors.Is(err, odd) || !first.closed {
		t.Errorf("%v, closed %t", err, first.closed)
	}
}
