package kafka

import (
	"context"
	"slices"
	"sync"
)

// recentBytes is how much this node keeps of what it consumed last from a topic, for
// its other readers of the topic. leastRecent is how much it keeps of a partition,
// however many the topic has.
const (
	recentBytes = 512 << 10
	leastRecent = 16 << 10
)

// recentLog is how much this node keeps of each partition of log.
func recentLog(l layout) int { return max(recentBytes/int(l.partitions), leastRecent) }

// A recent keeps what this node consumed last from a partition, so that whoever
// else reads the partition here needs neither a fetch of its own nor another
// decoding. A reader that is further behind fetches from the brokers.
type recent[T any] struct {
	most  int // bytes of items
	mu    sync.Mutex
	next  int64         // offset behind the newest item; guarded by mu
	items []item[T]     // contiguous, and the last one before next; guarded by mu
	size  int           // bytes of items; guarded by mu
	moved chan struct{} // closed when next has moved; guarded by mu
}

// An item is one record, as its readers get it. They must not change it.
type item[T any] struct {
	offset int64
	size   int
	value  T
}

// newRecent returns a recent with so many bytes at most, of a partition that is
// consumed from an offset on.
func newRecent[T any](next int64, most int) *recent[T] {
	return &recent[T]{most: most, next: next, moved: make(chan struct{})}
}

// add adds the items that follow, and removes the oldest ones above the bound.
func (r *recent[T]) add(items ...item[T]) {
	if len(items) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items = append(r.items, items...)
	for _, i := range items {
		r.size += i.size
	}
	drop := 0
	for r.size > r.most {
		r.size -= r.items[drop].size
		drop++
	}
	r.items = slices.Delete(r.items, 0, drop)
	r.next = items[len(items)-1].offset + 1
	close(r.moved)
	r.moved = make(chan struct{})
}

// from returns the items from an offset on, and waits for the first one until ctx
// ends. It returns false if the first one is not kept any more.
func (r *recent[T]) from(ctx context.Context, offset int64) (items []item[T], kept bool, err error) {
	for {
		items, kept, moved := r.now(offset)
		if len(items) > 0 || !kept {
			return items, kept, nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return nil, true, ctx.Err()
		}
	}
}

// now returns the items from an offset on, whether the first one is kept or has
// yet to come, and a channel that is closed when more have come.
func (r *recent[T]) now(offset int64) (items []item[T], kept bool, moved <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if offset >= r.next {
		return nil, true, r.moved
	}
	if len(r.items) == 0 || offset < r.items[0].offset {
		return nil, false, r.moved
	}
	return slices.Clone(r.items[offset-r.items[0].offset:]), true, r.moved
}

// follow calls consume with the items of a partition from an offset on, as they
// come, until ctx ends or consume fails. It fetches those that are not kept.
func (r *recent[T]) follow(ctx context.Context, offset int64, fetch func(context.Context, int64) ([]item[T], error), consume func([]item[T]) error) error {
	for {
		items, kept, err := r.from(ctx, offset)
		if !kept {
			items, err = fetch(ctx, offset)
		}
		if err != nil {
			return err
		}
		if len(items) == 0 {
			continue
		}
		if err := consume(items); err != nil {
			return err
		}
		offset = items[len(items)-1].offset + 1
	}
}

// logItems returns records of log as items.
func logItems(records []record) []item[record] {
	items := make([]item[record], 0, len(records))
	for _, r := range records {
		items = append(items, item[record]{r.offset, len(r.key) + len(r.value), r})
	}
	return items
}

// messageItems decodes records of events.
func messageItems(l layout, records []record) ([]item[message], error) {
	items := make([]item[message], 0, len(records))
	for _, r := range records {
		m, err := l.message(r)
		if err != nil {
			return nil, err
		}
		items = append(items, item[message]{r.offset, len(r.value), m})
	}
	return items, nil
}
