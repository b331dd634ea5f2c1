package kafka

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"beibu/queue"
)

// dedupWindow is how many appends a deduplicator keeps, and how many messages lie
// between two checkpoints. A client repeats an append within seconds if it does
// not know the outcome, so that a repeat follows far closer than that.
const dedupWindow = 4096

// A deduplicator drops duplicates from events: entries that were dispatched again
// by a node that died before its commit or had lost its partition, and appends
// that a client repeated because it got no answer. Its result depends on the
// messages alone, so that it is the same on every node and at every time. It keeps one
// offset for each partition of log, so it needs a record without gaps: see [oneRequest].
type deduplicator struct {
	published []int64 // of each partition of log, the newest offset that is published
	known     map[[16]byte]struct{}
	ring      [][16]byte // the last appends, in which known finds the oldest to remove
	next      int        // in ring
}

func newDeduplicator(partitions int64) *deduplicator {
	s := &deduplicator{published: make([]int64, partitions), known: make(map[[16]byte]struct{}), ring: make([][16]byte, 0, dedupWindow)}
	for i := range s.published {
		s.published[i] = -1
	}
	return s
}

// changes returns the changes of a message that are not duplicates.
func (s *deduplicator) changes(offset int64, m message) []queue.Change {
	if m.partition < 0 {
		if !s.firstSeen(m.id) {
			return nil
		}
		return number(offset, m.changes, 0)
	}
	published := s.published[m.partition]
	skip := 0
	for skip < len(m.changes) && m.changes[skip].offset <= published {
		skip++
	}
	if n := len(m.changes); n > 0 {
		s.published[m.partition] = max(published, m.changes[n-1].offset)
	}
	return number(offset, m.changes[skip:], skip)
}

// firstSeen reports whether an append is not a duplicate, and records it.
func (s *deduplicator) firstSeen(id [16]byte) bool {
	if _, seen := s.known[id]; seen {
		return false
	}
	s.known[id] = struct{}{}
	if len(s.ring) < dedupWindow {
		s.ring = append(s.ring, id)
		return true
	}
	delete(s.known, s.ring[s.next])
	s.ring[s.next] = id
	s.next = (s.next + 1) % dedupWindow
	return true
}

// number gives changes their sequences; the first has an index in its message.
func number(offset int64, changes []change, index int) []queue.Change {
	out := make([]queue.Change, len(changes))
	for i, c := range changes {
		out[i] = queue.Change{Sequence: sequence(offset, index+i), Entry: c.entry, Event: c.event}
	}
	return out
}

// A checkpoint is an offset of events at which a follower may start, with the
// state of the deduplicator there.
type checkpoint struct {
	offset    int64
	published []int64
}

// A feed is the state of this node's consumer of events: it lets followers start
// at any sequence, and knows which entries are dispatched.
type feed struct {
	mu           sync.Mutex
	deduplicator *deduplicator // guarded by mu
	checkpoints  []checkpoint  // guarded by mu; the first is the beginning of events
	cursor       cursor        // guarded by mu
	newest       int64         // sequence; guarded by mu
	recent       *recent[message]
}

func newFeed(partitions, first int64) *feed {
	f := &feed{deduplicator: newDeduplicator(partitions), cursor: newCursor(), recent: newRecent[message](first, recentBytes)}
	f.cursor.next = first
	f.checkpoints = []checkpoint{{first, slices.Clone(f.deduplicator.published)}}
	return f
}

// consume folds the messages of events, in their order.
func (f *feed) consume(a answer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.setFirst(a.first)
	messages, err := messageItems(layout{int64(len(f.deduplicator.published))}, a.records)
	if err != nil {
		return err
	}
	for _, r := range messages {
		if r.offset-f.checkpoints[len(f.checkpoints)-1].offset >= dedupWindow {
			f.checkpoints = append(f.checkpoints, checkpoint{r.offset, slices.Clone(f.deduplicator.published)})
		}
		if changes := f.deduplicator.changes(r.offset, r.value); len(changes) > 0 {
			f.newest = changes[len(changes)-1].Sequence
		}
	}
	f.cursor.advance(a.records)
	f.recent.add(messages...)
	return nil
}

// setFirst moves the first checkpoint to the offset at which events begins now.
// Its state does not include the messages that retention removed. So a follower
// may receive a duplicate that a zombie wrote just behind them, and so does a node
// that consumes events from there.
func (f *feed) setFirst(first int64) {
	if first <= f.checkpoints[0].offset {
		return
	}
	covered := 1
	for covered < len(f.checkpoints) && f.checkpoints[covered].offset <= first {
		covered++
	}
	f.checkpoints = append([]checkpoint{{first, f.checkpoints[covered-1].published}}, f.checkpoints[covered:]...)
}

// message decodes a record of events, and gives its entries their positions.
func (l layout) message(r record) (message, error) {
	m, err := decodeMessage(r.value)
	if err != nil {
		return m, fmt.Errorf("read events at %d: %w", r.offset, err)
	}
	if m.partition >= int(l.partitions) {
		return m, fmt.Errorf("read events at %d: dispatched from partition %d: %w", r.offset, m.partition, errWire)
	}
	for _, c := range m.changes {
		if c.entry != nil {
			c.entry.Position = l.position(m.partition, c.offset)
		}
	}
	return m, nil
}

// waitConsumed waits until events is consumed up to an offset, exclusive, and
// returns the newest sequence then.
func (f *feed) waitConsumed(ctx context.Context, end int64) (int64, error) {
	for {
		f.mu.Lock()
		c, newest := f.cursor, f.newest
		f.mu.Unlock()
		if c.next >= end {
			return newest, nil
		}
		select {
		case <-c.moved:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// next returns the offset up to which events is consumed, exclusive.
func (f *feed) next() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cursor.next
}

// published returns the newest offset of a partition of log that is published.
func (f *feed) published(partition int) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.deduplicator.published[partition]
}

// publishedOffsets returns the newest offset that is published, of each partition
// of log.
func (f *feed) publishedOffsets() []int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.deduplicator.published)
}

// start returns the offset at which a follower must start to read what is at an
// offset, and the deduplicator to start with. It is far enough before for the
// deduplicator to see every append that can be repeated.
func (f *feed) start(offset int64) (int64, *deduplicator) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.checkpoints[0]
	for _, c := range f.checkpoints {
		if c.offset > offset-dedupWindow {
			break
		}
		at = c
	}
	s := newDeduplicator(int64(len(at.published)))
	copy(s.published, at.published)
	return at.offset, s
}

// Head returns the sequence of the newest change on the brokers, or 0.
func (q *Queue) Head(ctx context.Context) (int64, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	_, end, err := q.cluster.bounds(ctx, q.topics.events, 0)
	if err != nil {
		return 0, q.unavailable(ctx, "find head", err)
	}
	newest, err := q.feed.waitConsumed(ctx, end)
	if err != nil {
		return 0, q.unavailable(ctx, "find head", err)
	}
	return newest, nil
}

// Follow calls fold with the changes of the record after a sequence; see
// [queue.Feed].
func (q *Queue) Follow(ctx context.Context, after int64, fold func(context.Context, []queue.Change) error) error {
	caller := ctx
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return ended(caller, err)
	}
	defer done()
	from, deduplicator := q.feed.start(messageOf(after))
	var folding error
	err = q.feed.recent.follow(ctx, from, q.fetchMessages, func(messages []item[message]) error {
		var changes []queue.Change
		for _, m := range messages {
			for _, c := range deduplicator.changes(m.offset, m.value) {
				if c.Sequence > after {
					changes = append(changes, c)
				}
			}
		}
		if len(changes) == 0 {
			return nil
		}
		folding = fold(caller, changes)
		return folding
	})
	if folding != nil {
		return ended(caller, folding)
	}
	return ended(caller, q.unavailable(ctx, "follow record", err))
}

// fetchMessages fetches messages of events from an offset on.
func (q *Queue) fetchMessages(ctx context.Context, from int64) ([]item[message], error) {
	a, err := q.cluster.next(ctx, q.topics.events, 0, from)
	if err != nil {
		return nil, err
	}
	return messageItems(q.layout, a.records)
}

// ended returns err, or nil if the caller's context has ended, which is no error.
func ended(caller context.Context, err error) error {
	if caller.Err() != nil {
		return nil
	}
	return err
}
