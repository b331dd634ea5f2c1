package projection

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"beibu/queue/sqlitefile"
)

// maxReaders bounds the queries that run at once, and so the memory for caches.
const maxReaders = 4

// errClosed is the error of a query on a projection that is closed.
var errClosed = errors.New("projection closed")

// readers are the connections of queries. The one that was given back last is given
// first: its cache has most of what the next query reads. SQLite empties the cache of a
// connection that has not read since the fold last committed, so if they took turns, each
// would read the same pages again.
type readers struct {
	free chan struct{} // holds one for each of idle; closed with the projection

	mu   sync.Mutex
	idle []*sqlitefile.Conn // guarded by mu; the one that was used last is the last
}

// openReaders opens the connections of queries.
func openReaders(path string) (*readers, error) {
	r := &readers{free: make(chan struct{}, maxReaders)}
	for range maxReaders {
		c, err := sqlitefile.Open(path, reading...)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open for queries: %w", err), r.close(len(r.idle)))
		}
		r.give(c)
	}
	return r, nil
}

// take returns a connection that no query uses, once there is one.
func (r *readers) take(ctx context.Context) (*sqlitefile.Conn, error) {
	select {
	case _, open := <-r.free:
		if !open {
			return nil, errClosed
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.idle) - 1
	c := r.idle[last]
	r.idle = r.idle[:last]
	return c, nil
}

// give takes back a connection.
func (r *readers) give(c *sqlitefile.Conn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	r.free <- struct{}{}
}

// close closes so many connections, each as soon as no query uses it.
func (r *readers) close(n int) error {
	var all []error
	for range n {
		c, err := r.take(context.Background())
		if err == nil {
			err = c.Close()
		}
		all = append(all, err)
	}
	close(r.free)
	return errors.Join(all...)
}
