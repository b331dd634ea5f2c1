package kafka

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"beibu/queue"
)

// memory is how many appends a screen remembers, and how many messages lie
// between two stations. A client sends again within seconds what it does not
// know to be written, so a repeat stands far closer than that.
const memory = 4096

// A screen leaves out of events what was told before: dispatched again by a
// node that died before its commit or had lost its partition, or appended
// again by a client that was not answered. What it lets through depends on the
// messages alone, so that it is the same on every node and at every time.
type screen struct {
	told  []int64 // of each partition of log, the newest offset told
	known map[[16]byte]struct{}
	ring  [][16]byte // the last appends, for known to forget the oldest
	next  int        // in ring
}

func newScreen(partitions int64) *screen {
	s := &screen{told: make([]int64, partitions), known: make(map[[16]byte]struct{}), ring: make([][16]byte, 0, memory)}
	for i := range s.told {
		s.told[i] = -1
	}
	return s
}

// changes returns what a message tells for the first time.
func (s *screen) changes(offset int64, m message) ([]queue.Change, error) {
	if m.partition >= len(s.told) {
		return nil, fmt.Errorf("read events at %d: dispatched from partition %d: %w", offset, m.partition, errWire)
	}
	if m.partition < 0 {
		if !s.news(m.id) {
			return nil, nil
		}
		return number(offset, m.changes, 0), nil
	}
	l := layout{int64(len(s.told))}
	for _, c := range m.changes {
		if c.entry != nil {
			c.entry.Position = l.position(m.partition, c.offset)
		}
	}
	told := s.told[m.partition]
	skip := 0
	for skip < len(m.changes) && m.changes[skip].offset <= told {
		skip++
	}
	if n := len(m.changes); n > 0 {
		s.told[m.partition] = max(told, m.changes[n-1].offset)
	}
	return number(offset, m.changes[skip:], skip), nil
}

// news says whether an append is met for the first time.
func (s *screen) news(id [16]byte) bool {
	if _, met := s.known[id]; met {
		return false
	}
	s.known[id] = struct{}{}
	if len(s.ring) < memory {
		s.ring = append(s.ring, id)
		return true
	}
	delete(s.known, s.ring[s.next])
	s.ring[s.next] = id
	s.next = (s.next + 1) % memory
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

// A station is a place in events where a follower may begin: it knows what a
// screen had told by then.
type station struct {
	offset int64
	told   []int64
}

// A feed is this node's hearing of events: what it needs to let followers
// begin anywhere, and to know what is dispatched.
type feed struct {
	mu       sync.Mutex
	screen   *screen   // guarded by mu
	stations []station // guarded by mu; the first is where events begins
	mark     mark      // guarded by mu
	newest   int64     // sequence; guarded by mu
}

func newFeed(partitions, first int64) *feed {
	f := &feed{screen: newScreen(partitions), mark: newMark()}
	f.mark.next = first
	f.stations = []station{{first, slices.Clone(f.screen.told)}}
	return f
}

// hear takes in messages of events, in their order.
func (f *feed) hear(a answer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(a.first)
	for _, r := range a.records {
		if r.offset-f.stations[len(f.stations)-1].offset >= memory {
			f.stations = append(f.stations, station{r.offset, slices.Clone(f.screen.told)})
		}
		told, err := screened(f.screen, r)
		if err != nil {
			return err
		}
		if len(told) > 0 {
			f.newest = told[len(told)-1].Sequence
		}
	}
	f.mark.hear(a.records)
	return nil
}

// drop moves the first station to where events begins now. It knows less of
// what was told by then than a screen that has heard what retention dropped; so
// a follower may be told again what a zombie repeated just behind it, as by a
// node that hears events from there.
func (f *feed) drop(first int64) {
	if first <= f.stations[0].offset {
		return
	}
	behind := 1
	for behind < len(f.stations) && f.stations[behind].offset <= first {
		behind++
	}
	f.stations = append([]station{{first, f.stations[behind-1].told}}, f.stations[behind:]...)
}

func screened(s *screen, r record) ([]queue.Change, error) {
	m, err := decodeMessage(r.value)
	if err != nil {
		return nil, fmt.Errorf("read events at %d: %w", r.offset, err)
	}
	return s.changes(r.offset, m)
}

// heard waits until events has been heard up to an offset, exclusive, and
// returns the newest sequence then.
func (f *feed) heard(ctx context.Context, end int64) (int64, error) {
	for {
		f.mu.Lock()
		m, newest := f.mark, f.newest
		f.mu.Unlock()
		if m.next >= end {
			return newest, nil
		}
		select {
		case <-m.moved:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// next returns the offset up to which events has been heard, exclusive.
func (f *feed) next() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mark.next
}

// told returns the newest offset of a partition of log that is told.
func (f *feed) told(partition int) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.screen.told[partition]
}

// marks returns, of each partition of log, the newest offset that is told.
func (f *feed) marks() []int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.screen.told)
}

// start returns where a follower must begin who wants what is at an offset:
// far enough before it that its screen remembers every append that counts.
func (f *feed) start(offset int64) (int64, *screen) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.stations[0]
	for _, s := range f.stations {
		if s.offset > offset-memory {
			break
		}
		at = s
	}
	s := newScreen(int64(len(at.told)))
	copy(s.told, at.told)
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
	newest, err := q.feed.heard(ctx, end)
	if err != nil {
		return 0, q.unavailable(ctx, "find head", err)
	}
	return newest, nil
}

// Follow tells the record from after on; see queue.Feed.
func (q *Queue) Follow(ctx context.Context, after int64, fold func(context.Context, []queue.Change) error) error {
	caller := ctx
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return ended(caller, err)
	}
	defer done()
	from, screen := q.feed.start(messageOf(after))
	var folding error
	err = q.cluster.tail(ctx, q.topics.events, 0, from, func(a answer) error {
		var changes []queue.Change
		for _, r := range a.records {
			told, err := screened(screen, r)
			if err != nil {
				return err
			}
			for _, c := range told {
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

// ended is err, or nil where the caller's context has ended, which is no
// error.
func ended(caller context.Context, err error) error {
	if caller.Err() != nil {
		return nil
	}
	return err
}
