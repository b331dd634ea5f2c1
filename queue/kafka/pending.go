package kafka

import (
	"context"
	"fmt"
	"sync"

	"beibu/queue"
)

// A pendingDispatch holds the owning entries that this node has consumed from log
// and that are not published in events yet: those of a moment, or of longer while
// a group has no members. An entry takes about sixty bytes.
type pendingDispatch struct {
	layout    layout
	mu        sync.Mutex
	at        map[[16]byte]int64 // exchange id to position; guarded by mu
	lines     [][]decided        // of each partition, in order; guarded by mu
	published []int64            // of each partition, the newest offset that is published; guarded by mu
}

// A decided is an exchange and its offset in log.
type decided struct {
	offset int64
	id     [16]byte
}

func newPendingDispatch(l layout) *pendingDispatch {
	return &pendingDispatch{layout: l, at: make(map[[16]byte]int64), lines: make([][]decided, l.partitions), published: newDeduplicator(l.partitions).published}
}

// add adds an owning entry, in the order of its partition. It adds none that is
// there already, or that another node published before this one consumed it.
func (u *pendingDispatch) add(partition int, offset int64, id [16]byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	line := u.lines[partition]
	if offset <= u.published[partition] || len(line) > 0 && offset <= line[len(line)-1].offset {
		return
	}
	u.at[id] = u.layout.position(partition, offset)
	u.lines[partition] = append(line, decided{offset, id})
}

// removePublished removes the entries up to the published offset of each
// partition.
func (u *pendingDispatch) removePublished(published []int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	copy(u.published, published)
	for p, line := range u.lines {
		for len(line) > 0 && line[0].offset <= published[p] {
			if u.at[line[0].id] == u.layout.position(p, line[0].offset) {
				delete(u.at, line[0].id)
			}
			line = line[1:]
		}
		u.lines[p] = line
	}
}

// position returns the position of an exchange in log, or 0.
func (u *pendingDispatch) position(id [16]byte) int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.at[id]
}

// Decided returns the owning entry of an exchange that is not dispatched yet; see
// [queue.Undispatched]. If this node does not know the exchange, it looks for it
// once more when it has consumed all that the brokers have, since another node
// may have accepted it.
func (q *Queue) Decided(ctx context.Context, id [16]byte) (queue.Entry, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return queue.Entry{}, err
	}
	defer done()
	if at := q.owners.pending.position(id); at != 0 {
		return q.entry(ctx, at)
	}
	now, err := q.spans(ctx)
	if err == nil {
		err = q.waitCaughtUp(ctx, now)
	}
	if err != nil {
		return queue.Entry{}, q.unavailable(ctx, "consume log", err)
	}
	if at := q.owners.pending.position(id); at != 0 {
		return q.entry(ctx, at)
	}
	return queue.Entry{}, fmt.Errorf("find decision: %w", queue.ErrNotFound)
}

// consumeEvents folds messages of events.
func (q *Queue) consumeEvents(a answer) error {
	if err := q.feed.consume(a); err != nil {
		return err
	}
	q.owners.pending.removePublished(q.feed.publishedOffsets())
	return nil
}

// loadPending reads from log the entries that are pending by the snapshot. The
// snapshot does not contain them: they were consumed before it was saved, and are
// published later, if at all.
func (q *Queue) loadPending(ctx context.Context) error {
	published := q.feed.publishedOffsets()
	q.owners.pending.removePublished(published)
	for p, consumed := range q.owners.consumed() {
		for next := max(published[p]+1, q.owners.firstOffset(p)); next < consumed.next; {
			records, err := q.cluster.read(ctx, q.topics.log, p, next, mostRead)
			if err != nil {
				return err
			}
			for _, r := range records {
				if r.offset < consumed.next {
					if err := q.owners.addPending(p, r); err != nil {
						return err
					}
				}
			}
			next = records[len(records)-1].offset + 1
		}
	}
	return nil
}

// addPending adds an entry that was consumed before to those pending dispatch, if
// it owns its key.
func (o *owners) addPending(partition int, r record) error {
	if o.owner(fingerprintOf(string(r.key))) != o.layout.position(partition, r.offset) {
		return nil
	}
	e, err := o.entry(partition, r)
	if err == nil {
		o.pending.add(partition, r.offset, e.ID)
	}
	return err
}
