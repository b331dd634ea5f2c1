package kafka

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	"beibu/queue"
)

// A fingerprint stands for a key in memory. Half of SHA-256 leaves no chance
// of two keys with one.
type fingerprint [16]byte

func fingerprintOf(key string) fingerprint {
	sum := sha256.Sum256([]byte(key))
	return fingerprint(sum[:16])
}

// owners is this node's fold of log: the first record of a key owns it.
type owners struct {
	layout  layout
	mu      sync.Mutex
	first   map[fingerprint]int64              // key to position; guarded by mu
	waiting map[fingerprint][]chan queue.Entry // who waits for a decision; guarded by mu
	marks   []mark                             // of each partition; guarded by mu
}

func newOwners(l layout) *owners {
	o := &owners{
		layout: l, first: make(map[fingerprint]int64), waiting: make(map[fingerprint][]chan queue.Entry),
	}
	for range l.partitions {
		o.marks = append(o.marks, newMark())
	}
	return o
}

// begin says where the hearing of a partition begins.
func (o *owners) begin(partition int, first int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.marks[partition].move(first)
}

// hear folds records of one partition, in their order.
func (o *owners) hear(partition int, records []record) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range records {
		f := fingerprintOf(string(r.key))
		if _, owned := o.first[f]; !owned {
			e, err := o.entry(partition, r)
			if err != nil {
				return err
			}
			o.first[f] = e.Position
			for _, waits := range o.waiting[f] {
				waits <- e // holds one, and gets one
			}
			delete(o.waiting, f)
		}
	}
	o.marks[partition].move(records[len(records)-1].offset + 1)
	return nil
}

// entry reads a record of log.
func (o *owners) entry(partition int, r record) (queue.Entry, error) {
	e, err := decodeEntry(r.value)
	if err != nil {
		return e, fmt.Errorf("read log/%d at %d: %w", partition, r.offset, err)
	}
	e.Key = string(r.key)
	e.Position = o.layout.position(partition, r.offset)
	return e, nil
}

// owner returns the position of the entry that owns a key, or 0.
func (o *owners) owner(f fingerprint) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.first[f]
}

// await returns the position of the entry that owns a key, or, where there is
// none yet, a channel that gets the entry once it is heard. leave ends the
// waiting.
func (o *owners) await(f fingerprint) (position int64, decided <-chan queue.Entry, leave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at := o.first[f]; at != 0 {
		return at, nil, func() {}
	}
	waits := make(chan queue.Entry, 1)
	o.waiting[f] = append(o.waiting[f], waits)
	return 0, waits, func() { o.leave(f, waits) }
}

func (o *owners) leave(f fingerprint, waits chan queue.Entry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, w := range o.waiting[f] {
		if w == waits {
			o.waiting[f] = append(o.waiting[f][:i], o.waiting[f][i+1:]...)
		}
	}
	if len(o.waiting[f]) == 0 {
		delete(o.waiting, f)
	}
}

// heard waits until a partition has been heard up to an offset, exclusive.
func (o *owners) heard(ctx context.Context, partition int, end int64) error {
	for {
		o.mu.Lock()
		m := o.marks[partition]
		o.mu.Unlock()
		if m.next >= end {
			return nil
		}
		select {
		case <-m.moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
