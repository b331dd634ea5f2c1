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

// owners is this node's fold of log: the first record of a key that log holds
// owns it.
//
// Retention takes that record away one day, and then the key is free: the next
// attempt owns it. All nodes must see that at the same record, or one would
// leave undispatched what another has answered 202 for. So they go by what the
// brokers say together with the records: an attempt is appended only by a node
// that was told that the owner is gone, and the answer that brings it to the
// others tells them at least as much. Where an attempt that had lost outlives
// the one that it lost to, it owns the key, as it does for a node that hears
// log from there.
type owners struct {
	layout  layout
	mu      sync.Mutex
	first   map[fingerprint]int64              // key to the position of its first record; guarded by mu
	later   map[fingerprint][]int64            // where a key has more, the positions of the others in order; guarded by mu
	waiting map[fingerprint][]chan queue.Entry // who waits for a decision; guarded by mu
	marks   []mark                             // of each partition; guarded by mu
	begins  []int64                            // of each partition, the first offset that it holds; guarded by mu
	untold  *untold                            // has a lock of its own
}

func newOwners(l layout) *owners {
	o := &owners{
		layout: l, first: make(map[fingerprint]int64), later: make(map[fingerprint][]int64),
		waiting: make(map[fingerprint][]chan queue.Entry), begins: make([]int64, l.partitions), untold: newUntold(l),
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
	o.begins[partition] = first
	o.marks[partition].move(first)
}

// hear folds what a partition hands out, in its order.
func (o *owners) hear(partition int, a answer) error {
	if o.drop(partition, a.first) {
		o.forget()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range a.records {
		f := fingerprintOf(string(r.key))
		if o.holder(f) != 0 {
			o.later[f] = append(o.later[f], o.layout.position(partition, r.offset))
			continue
		}
		e, err := o.entry(partition, r)
		if err != nil {
			return err
		}
		o.first[f] = e.Position
		o.untold.add(partition, r.offset, e.ID)
		for _, waits := range o.waiting[f] {
			waits <- e // holds one, and gets one
		}
		delete(o.waiting, f)
	}
	o.marks[partition].hear(a.records)
	return nil
}

// drop notes where a partition begins, and tells whether that is new.
func (o *owners) drop(partition int, first int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if first <= o.begins[partition] {
		return false
	}
	o.begins[partition] = first
	return true
}

// starts returns the first offset that a partition holds.
func (o *owners) starts(partition int) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.begins[partition]
}

// forget takes out of memory whatever is gone.
func (o *owners) forget() {
	_ = o.each(func(fingerprint, int64, []int64) {}, func() error { return nil }) // holder does it
}

// holder returns the position of the entry that owns a key, or 0. It is called
// under the lock, and forgets records that are gone.
func (o *owners) holder(f fingerprint) int64 {
	at := o.first[f]
	for at != 0 && o.gone(at) {
		heirs := o.later[f]
		if len(heirs) == 0 {
			delete(o.first, f)
			return 0
		}
		at, o.first[f], o.later[f] = heirs[0], heirs[0], heirs[1:]
		if len(heirs) == 1 {
			delete(o.later, f)
		}
	}
	return at
}

// gone tells whether log no longer holds a position.
func (o *owners) gone(position int64) bool {
	partition, offset, _ := o.layout.place(position)
	return offset < o.begins[partition]
}

// keysAtOnce is how many keys are looked at before others get the lock: a
// fraction of a millisecond.
const keysAtOnce = 4096

// each calls visit with every key that is owned, the position of the record
// that owns it and those of its later ones, and calls between, without the
// lock, after every so many of them and at the end. A map may be changed while
// it is ranged over: what is there all the time is visited once, what comes
// meanwhile may be or not.
func (o *owners) each(visit func(fingerprint, int64, []int64), between func() error) error {
	o.mu.Lock()
	n := 0
	for f := range o.first {
		if at := o.holder(f); at != 0 {
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
	return o.holder(f)
}

// await returns the position of the entry that owns a key, or, where there is
// none yet, a channel that gets the entry once it is heard. leave ends the
// waiting.
func (o *owners) await(f fingerprint) (position int64, decided <-chan queue.Entry, leave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at := o.holder(f); at != 0 {
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
