package kafka

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"beibu/queue"
)

// Body returns the bytes at a position, or [queue.ErrNotFound].
func (q *Queue) Body(ctx context.Context, position int64) ([]byte, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	partition, offset, ok := q.layout.locate(position)
	if !ok {
		return nil, fmt.Errorf("read body %d: %w", position, queue.ErrNotFound)
	}
	if body, ok := q.recent.get(position); ok {
		return body, nil
	}
	records, err := q.cluster.read(ctx, q.topics.body, partition, offset, aheadBytes)
	switch {
	case errors.Is(err, errBeyond):
		return nil, fmt.Errorf("read body %d: %w", position, queue.ErrNotFound)
	case err != nil:
		return nil, q.unavailable(ctx, "read body", err)
	case records[0].offset != offset:
		return nil, fmt.Errorf("read body %d: %w", position, queue.ErrNotFound)
	}
	for _, r := range slices.Backward(records) { // the first one, which was asked for, becomes the newest
		q.recent.put(q.layout.position(partition, r.offset), r.value)
	}
	return records[0].value, nil
}

// aheadBytes is how much a fetch of a body asks for, compressed, because the bodies
// that follow are usually read next. windowBytes bounds the bodies in memory, because
// several receivers read ahead in several partitions at once. What a fetch reads ahead
// is a small part of it, so that receivers that are behind do not push out what the
// others have yet to read.
const (
	aheadBytes  = 64 << 10
	windowBytes = 8 << 20
)

// A window is a cache of the bodies that were admitted or read last. Every receiver
// reads a body within a short time, as a document and as an envelope.
type window struct {
	mu     sync.Mutex
	places map[int64]*list.Element // of *body, by position; guarded by mu
	order  *list.List              // the one used last in front; guarded by mu
	size   int                     // guarded by mu
}

type body struct {
	position int64
	bytes    []byte
}

func newWindow() *window { return &window{places: make(map[int64]*list.Element), order: list.New()} }

// get returns a body, if it is there.
func (w *window) get(position int64) ([]byte, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, ok := w.places[position]
	if !ok {
		return nil, false
	}
	w.order.MoveToFront(at)
	return at.Value.(*body).bytes, true //nolint:forcetypeassert // put alone adds
}

// put adds a body, and removes the least recently used ones if the window is full.
func (w *window) put(position int64, bytes []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, cached := w.places[position]; cached {
		w.order.MoveToFront(at)
		return
	}
	if len(bytes) > windowBytes {
		return
	}
	w.places[position] = w.order.PushFront(&body{position, bytes})
	w.size += len(bytes)
	for w.size > windowBytes {
		oldest := w.order.Remove(w.order.Back()).(*body) //nolint:forcetypeassert // put alone adds
		delete(w.places, oldest.position)
		w.size -= len(oldest.bytes)
	}
}
