package kafka

import (
	"context"
	"fmt"
	"sync"

	"beibu/queue"
)

// untold is the owning entries that this node has heard of and that events does
// not tell yet: a moment's worth, or more while a group finds its members anew.
// An entry costs some sixty bytes.
type untold struct {
	layout layout
	mu     sync.Mutex
	at     map[[16]byte]int64 // exchange id to position; guarded by mu
	lines  [][]decided        // of each partition, in order; guarded by mu
	told   []int64            // of each partition, the newest offset that events tells; guarded by mu
}

// A decided is an exchange and where log has it.
type decided struct {
	offset int64
	id     [16]byte
}

func newUntold(l layout) *untold {
	return &untold{layout: l, at: make(map[[16]byte]int64), lines: make([][]decided, l.partitions), told: newScreen(l.partitions).told}
}

// add takes in an owning entry, in the order of its partition. One that is met
// again is there already, and another node may have told it before this one hears
// of it.
func (u *untold) add(partition int, offset int64, id [16]byte) {
	u.mu.Lock()
	defer u.mu.Unlock()
	line := u.lines[partition]
	if offset <= u.told[partition] || len(line) > 0 && offset <= line[len(line)-1].offset {
		return
	}
	u.at[id] = u.layout.position(partition, offset)
	u.lines[partition] = append(line, decided{offset, id})
}

// tell drops what events tells by now.
func (u *untold) tell(told []int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	copy(u.told, told)
	for p, line := range u.lines {
		for len(line) > 0 && line[0].offset <= told[p] {
			if u.at[line[0].id] == u.layout.position(p, line[0].offset) {
				delete(u.at, line[0].id)
			}
			line = line[1:]
		}
		u.lines[p] = line
	}
}

// position returns where log has an exchange, or 0.
func (u *untold) position(id [16]byte) int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.at[id]
}

// Decided returns the owning entry of an exchange that is not dispatched yet; see
// queue.Undispatched. What this node has not heard of is looked for once it has
// heard all that the brokers hold, since another node may have answered.
func (q *Queue) Decided(ctx context.Context, id [16]byte) (queue.Entry, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return queue.Entry{}, err
	}
	defer done()
	if at := q.owners.untold.position(id); at != 0 {
		return q.entry(ctx, at)
	}
	now, err := q.spans(ctx)
	if err == nil {
		err = q.abreast(ctx, now)
	}
	if err != nil {
		return queue.Entry{}, q.unavailable(ctx, "hear log", err)
	}
	if at := q.owners.untold.position(id); at != 0 {
		return q.entry(ctx, at)
	}
	return queue.Entry{}, fmt.Errorf("find decision: %w", queue.ErrNotFound)
}

// hearEvents takes in messages of events.
func (q *Queue) hearEvents(a answer) error {
	if err := q.feed.hear(a); err != nil {
		return err
	}
	q.owners.untold.tell(q.feed.marks())
	return nil
}

// recallUntold reads what the memory leaves out: entries that were heard before it
// was written, and told, if they are, after that.
func (q *Queue) recallUntold(ctx context.Context) error {
	told := q.feed.marks()
	q.owners.untold.tell(told)
	for p, heard := range q.owners.points() {
		for next := max(told[p]+1, q.owners.starts(p)); next < heard.next; {
			records, err := q.cluster.read(ctx, q.topics.log, p, next, mostRead)
			if err != nil {
				return err
			}
			for _, r := range records {
				if r.offset < heard.next {
					if err := q.owners.retell(p, r); err != nil {
						return err
					}
				}
			}
			next = records[len(records)-1].offset + 1
		}
	}
	return nil
}

// retell takes an entry that was heard before in among those that are not told,
// where it owns its key.
func (o *owners) retell(partition int, r record) error {
	if o.owner(fingerprintOf(string(r.key))) != o.layout.position(partition, r.offset) {
		return nil
	}
	e, err := o.entry(partition, r)
	if err == nil {
		o.untold.add(partition, r.offset, e.ID)
	}
	return err
}
