package kafka

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	"beibu/queue"
)

// A fingerprint identifies a key in memory. It is half of a SHA-256 digest, so that
// no two keys have the same one.
type fingerprint [16]byte

func fingerprintOf(key string) fingerprint {
	sum := sha256.Sum256([]byte(key))
	return fingerprint(sum[:16])
}

// owners is the state of this node's consumer of log: the first record of a key
// that log has owns the key.
//
// Retention removes that record one day. Then the key is free, and the next attempt
// owns it. All nodes must decide so at the same record; otherwise one node would
// not dispatch a document for which another has answered 202. So they use the first
// offset that the brokers return together with records: a node appends an attempt
// only after it has received that the owner is gone, and the answer that brings the
// attempt to the other nodes has the same first offset or a later one. If a later
// record of a key remains when the first one is removed, it owns the key, as it
// does for a node that consumes log from there.
type owners struct {
	layout       layout
	mu           sync.Mutex
	first        map[fingerprint]int64              // key to the position of its first record; guarded by mu
	later        map[fingerprint][]int64            // key to the positions of its later records, in order; guarded by mu
	waiting      map[fingerprint][]chan queue.Entry // calls that wait for a decision; guarded by mu
	cursors      []cursor                           // of each partition; guarded by mu
	firstOffsets []int64                            // of each partition, the first offset that it has; guarded by mu
	pending      *pendingDispatch                   // has a lock of its own
	recent       []*recent[record]                  // of each partition; each has a lock of its own

	boundaries []named // of shared settings, in the order of this node; guarded by mu
}

func newOwners(l layout) *owners {
	o := &owners{
		layout: l, first: make(map[fingerprint]int64), later: make(map[fingerprint][]int64),
		waiting: make(map[fingerprint][]chan queue.Entry), firstOffsets: make([]int64, l.partitions), pending: newPendingDispatch(l),
	}
	for range l.partitions {
		o.cursors = append(o.cursors, newCursor())
		o.recent = append(o.recent, newRecent[record](0, recentLog(l)))
	}
	return o
}

// startAt sets the offset from which a partition is consumed.
func (o *owners) startAt(partition int, first int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.firstOffsets[partition] = first
	o.cursors[partition].move(first)
	o.recent[partition] = newRecent[record](first, recentLog(o.layout))
}

// consume folds records of a partition, in their order.
func (o *owners) consume(partition int, a answer) error {
	if o.setFirst(partition, a.first) {
		o.removeExpired()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range a.records {
		if len(r.key) == 0 {
			if err := o.change(partition, r); err != nil {
				return err
			}
			continue
		}
		f := fingerprintOf(string(r.key))
		if o.ownerOf(f) != 0 {
			o.later[f] = append(o.later[f], o.layout.position(partition, r.offset))
			continue
		}
		e, err := o.entry(partition, r)
		if err != nil {
			return err
		}
		o.first[f] = e.Position
		o.pending.add(partition, r.offset, e.ID)
		for _, waits := range o.waiting[f] {
			waits <- e // holds one, and gets one
		}
		delete(o.waiting, f)
	}
	o.cursors[partition].advance(a.records)
	o.recent[partition].add(logItems(a.records)...)
	return nil
}

// setFirst sets the first offset that a partition has, and reports whether it is
// new.
func (o *owners) setFirst(partition int, first int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if first <= o.firstOffsets[partition] {
		return false
	}
	o.firstOffsets[partition] = first
	return true
}

// firstOffset returns the first offset that a partition has.
func (o *owners) firstOffset(partition int) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.firstOffsets[partition]
}

// removeExpired removes the records that retention has removed from log.
func (o *owners) removeExpired() {
	_ = o.each(func(fingerprint, int64, []int64) {}, func() error { return nil }) // ownerOf removes them
}

// ownerOf returns the position of the entry that owns a key, or 0. It is called
// under the lock, and removes the expired records of the key.
func (o *owners) ownerOf(f fingerprint) int64 {
	at := o.first[f]
	for at != 0 && o.expired(at) {
		rest := o.later[f]
		if len(rest) == 0 {
			delete(o.first, f)
			return 0
		}
		at, o.first[f], o.later[f] = rest[0], rest[0], rest[1:]
		if len(rest) == 1 {
			delete(o.later, f)
		}
	}
	return at
}

// expired reports whether retention has removed a position from log.
func (o *owners) expired(position int64) bool {
	partition, offset, _ := o.layout.locate(position)
	return offset < o.firstOffsets[partition]
}

// keysAtOnce is how many keys are visited before others get the lock: a fraction of
// a millisecond.
const keysAtOnce = 4096

// each calls visit with every key that is owned, the position of the record that
// owns it and the positions of its later records. It calls between, without the
// lock, after every keysAtOnce keys and at the end. A map may be changed while it
// is ranged over: a key that is there all the time is visited once, and one that
// is added meanwhile is visited once or not at all.
func (o *owners) each(visit func(fingerprint, int64, []int64), between func() error) error {
	o.mu.Lock()
	n := 0
	for f := range o.first {
		if at := o.ownerOf(f); at != 0 {
			visit(f, at, o.later[f])
		}
		if n++; n%keysAtOnce > 0 {
			continue
		}
		o.mu.Unlock()
		if err := between(); err != nil {
			return err
		}
		o.mu.Lock()
	}
	o.mu.Unlock()
	return between()
}

// entry decodes a record of log.
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
	return o.ownerOf(f)
}

// await returns the position of the entry that owns a key, or, if there is none
// yet, a channel that receives the entry once it is consumed. leave ends the wait.
func (o *owners) await(f fingerprint) (position int64, decided <-chan queue.Entry, leave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at := o.ownerOf(f); at != 0 {
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

// waitConsumed waits until a partition is consumed up to an offset, exclusive.
func (o *owners) waitConsumed(ctx context.Context, partition int, end int64) error {
	for {
		o.mu.Lock()
		m := o.cursors[partition]
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
