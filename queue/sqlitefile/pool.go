package sqlitefile

import (
	"context"
	"errors"
	"io"
	"sync"
)

// ErrClosed is the error of [Pool.Take] on a pool that is closed.
var ErrClosed = errors.New("connections closed")

// A Pool holds the connections by which a file is read, each with what belongs to it. It
// gives the one that was given back last: SQLite empties the cache of a connection that
// has not read since the last commit of another, so if they took turns, each would read
// the same pages again.
type Pool[C io.Closer] struct {
	size int
	free chan struct{} // holds one for each of idle; closed with the pool

	mu   sync.Mutex
	idle []C // guarded by mu; the one that was used last is the last
}

// NewPool returns a pool of so many connections, which open opens.
func NewPool[C io.Closer](size int, open func() (C, error)) (*Pool[C], error) {
	p := &Pool[C]{size: size, free: make(chan struct{}, size)}
	for n := range size {
		c, err := open()
		if err != nil {
			p.size = n
			return nil, errors.Join(err, p.Close())
		}
		p.Give(c)
	}
	return p, nil
}

// Take returns a connection that nobody else has, once there is one. It fails with the
// error of ctx, or with [ErrClosed].
func (p *Pool[C]) Take(ctx context.Context) (c C, err error) {
	select {
	case _, open := <-p.free:
		if !open {
			return c, ErrClosed
		}
	case <-ctx.Done():
		return c, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	c = p.idle[last]
	p.idle = p.idle[:last]
	return c, nil
}

// Give takes back a connection.
func (p *Pool[C]) Give(c C) {
	p.mu.Lock()
	p.idle = append(p.idle, c)
	p.mu.Unlock()
	p.free <- struct{}{}
}

// Close closes the connections, each as soon as nobody has it. It is called once.
func (p *Pool[C]) Close() error {
	var all []error
	for range p.size {
		c, err := p.Take(context.Background())
		if err == nil {
			err = c.Close()
		}
		all = append(all, err)
	}
	close(p.free)
	return errors.Join(all...)
}
