package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"beibu/queue"
)

// Body returns the bytes at a position, or queue.ErrNotFound.
func (q *Queue) Body(ctx context.Context, position int64) ([]byte, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	partition, offset, ok := q.layout.place(position)
	if !ok {
		return nil, fmt.Errorf("read body %d: %w", position, queue.ErrNotFound)
	}
	if body, ok := q.recent.get(position); ok {
		return body, nil
	}
	records, err := q.cluster.read(ctx, q.topics.body, partition, offset)
	switch {
	case errors.Is(err, errBeyond):
		return nil, fmt.Errorf("read body %d: %w", position, queue.ErrNotFound)
	case err != nil:
		return nil, q.unavailable(ctx, "read body", err)
	case len(records) == 0 || records[0].offset != offset:
		return nil, fmt.Errorf("read body %d: %w", position, queue.ErrNotFound)
	}
	for _, r := range records[1:] {
		q.recent.put(q.layout.position(partition, r.offset), r.value)
	}
	return records[0].value, nil
}

// windowBytes bounds the bodies that are kept because they came along with one
// that was asked for.
const windowBytes = 8 << 20

// A window holds bodies that a broker handed out together with another: they
// are mostly asked for next, and once.
type window struct {
	mu     sync.Mutex
	bodies map[int64][]byte // guarded by mu
	order  []int64          // as they came; guarded by mu
	size   int              // guarded by mu
}

func newWindow() *window { return &window{bodies: make(map[int64][]byte)} }

// get takes a body out.
func (w *window) get(position int64) ([]byte, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, ok := w.bodies[position]
	if ok {
		w.drop(position)
		w.order = slices.DeleteFunc(w.order, func(at int64) bool { return at == position })
	}
	return body, ok
}

// put takes a body in, and the oldest out where there are too many.
func (w *window) put(position int64, body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, held := w.bodies[position]; held || len(body) > windowBytes {
		return
	}
	w.bodies[position] = body
	w.order = append(w.order, position)
	w.size += len(body)
	for w.size > windowBytes {
		w.drop(w.order[0])
		w.order = w.order[1:]
	}
}

// drop forgets a body; its place in order is the caller's matter.
func (w *window) drop(position int64) {
	w.size -= len(w.bodies[position])
	delete(w.bodies, position)
}
