package daemon

import (
	"bytes"
	"context"
	"sync"
	"time"

	"beibu/queue"
)

// A memoryLog is a log in memory that nodes share: a test double of a queue whose
// delay is known to the microsecond.
type memoryLog struct {
	mu         sync.Mutex
	grown      chan struct{}      // guarded by mu; closed when there is more of anything
	entries    []queue.Entry      // guarded by mu; in the order of the log
	bodies     map[int64][]byte   // guarded by mu
	kept       []keptBytes        // guarded by mu
	record     []recorded         // guarded by mu
	dispatched int                // guarded by mu; entries that are in the record
	leaders    map[string]barrier // guarded by mu; by election
}

// A recorded change has the time at which it was recorded.
type recorded struct {
	queue.Change
	at time.Time
}

// keptBytes are bytes that are kept until a time.
type keptBytes struct {
	content []byte
	until   time.Time
}

// A barrier lets one through at a time.
type barrier chan struct{}

func newMemoryLog() *memoryLog {
	return &memoryLog{grown: make(chan struct{}), bodies: make(map[int64][]byte), leaders: make(map[string]barrier)}
}

// grow is called under the lock when there is more.
func (l *memoryLog) grow() {
	close(l.grown)
	l.grown = make(chan struct{})
}

// Admit implements [queue.Admitter].
func (l *memoryLog) Admit(ctx context.Context, s queue.Submission) (queue.Entry, error) {
	if e, err := l.Owned(ctx, s.Key); err == nil {
		return e, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	position := int64(len(l.entries) + 1)
	e := s.Entry(position, position)
	l.entries = append(l.entries, e)
	l.bodies[position] = bytes.Clone(s.Body)
	l.grow()
	return e, nil
}

// Owned implements [queue.Admitter].
func (l *memoryLog) Owned(_ context.Context, key string) (queue.Entry, error) {
	return l.find(func(e queue.Entry) bool { return e.Key == key })
}

// Decided implements [queue.Undispatched].
func (l *memoryLog) Decided(_ context.Context, id [16]byte) (queue.Entry, error) {
	return l.find(func(e queue.Entry) bool { return e.ID == id })
}

func (l *memoryLog) find(fits func(queue.Entry) bool) (queue.Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if fits(e) {
			return e, nil
		}
	}
	return queue.Entry{}, queue.ErrNotFound
}

// Body implements [queue.Bodies].
func (l *memoryLog) Body(_ context.Context, position int64) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	body, ok := l.bodies[position]
	if !ok {
		return nil, queue.ErrNotFound
	}
	return body, nil
}

// Keep implements [queue.Keeper].
func (l *memoryLog) Keep(_ context.Context, content []byte, until time.Time) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = append(l.kept, keptBytes{bytes.Clone(content), until})
	return int64(len(l.kept)), nil
}

// Kept implements [queue.Keeper].
func (l *memoryLog) Kept(_ context.Context, position int64) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if position < 1 || position > int64(len(l.kept)) || !l.kept[position-1].until.After(time.Now()) {
		return nil, queue.ErrNotFound
	}
	return l.kept[position-1].content, nil
}

// AddBody implements [queue.BodyAdder].
func (l *memoryLog) AddBody(_ context.Context, _ string, body []byte) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	position := -int64(len(l.bodies)) - 1
	l.bodies[position] = bytes.Clone(body)
	return position, nil
}

// Dispatch implements [queue.Dispatcher]: one node at a time does it.
func (l *memoryLog) Dispatch(ctx context.Context, handle func(context.Context, []queue.Entry) ([]queue.Event, error)) error {
	return l.RunAsLeader(ctx, "dispatch", func(ctx context.Context) error {
		for {
			l.mu.Lock()
			batch, grown := l.entries[l.dispatched:], l.grown
			l.mu.Unlock()
			if len(batch) == 0 {
				select {
				case <-grown:
					continue
				case <-ctx.Done():
					return nil
				}
			}
			events, err := handle(ctx, batch)
			if err != nil {
				return err
			}
			l.mu.Lock()
			for i := range batch {
				l.put(queue.Change{Entry: &batch[i]})
			}
			for i := range events {
				l.put(queue.Change{Event: &events[i]})
			}
			l.dispatched += len(batch)
			l.mu.Unlock()
		}
	})
}

// put records a change. It is called under the lock.
func (l *memoryLog) put(c queue.Change) {
	c.Sequence = int64(len(l.record) + 1)
	l.record = append(l.record, recorded{c, time.Now()})
	l.grow()
}

// Append implements [queue.Appender].
func (l *memoryLog) Append(_ context.Context, events ...queue.Event) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range events {
		l.put(queue.Change{Event: &events[i]})
	}
	return int64(len(l.record)), nil
}

// Head implements [queue.Feed].
func (l *memoryLog) Head(context.Context) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.record)), nil
}

// RunAsLeader implements [queue.Elections].
func (l *memoryLog) RunAsLeader(ctx context.Context, election string, lead func(context.Context) error) error {
	l.mu.Lock()
	turn, ok := l.leaders[election]
	if !ok {
		turn = make(barrier, 1)
		l.leaders[election] = turn
	}
	l.mu.Unlock()
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	defer func() { <-turn }()
	return lead(ctx)
}

// A memoryNode is the log as one node has it: it receives a change when a delay has
// passed since it was recorded.
type memoryNode struct {
	*memoryLog
	delay time.Duration
	key   string        // that signs receipts
	cuts  chan struct{} // ends the Follow that receives a value of it
}

// Follow implements [queue.Feed].
func (n *memoryNode) Follow(ctx context.Context, from int64, fold func(context.Context, []queue.Change) error) error {
	for {
		n.mu.Lock()
		rest, grown := n.record[from:], n.grown
		n.mu.Unlock()
		var due <-chan time.Time
		if len(rest) > 0 {
			grown = nil
			due = after(time.Until(rest[0].at.Add(n.delay)))
		}
		select {
		case <-due:
		case <-grown:
			continue
		case <-n.cuts:
			return queue.ErrUnavailable
		case <-ctx.Done():
			return nil
		}
		var batch []queue.Change
		for _, r := range rest {
			if r.at.Add(n.delay).After(time.Now()) {
				break
			}
			batch = append(batch, r.Change)
		}
		from = batch[len(batch)-1].Sequence
		if err := fold(ctx, batch); err != nil {
			return err
		}
	}
}

// over is what after returns of a wait that is over.
var over = func() chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}()

// after is [time.After]. Of a wait that is over it makes no timer: with the race
// detector on, a select over a timer of a bubble that is due crashes Go 1.26.
func after(wait time.Duration) <-chan time.Time {
	if wait <= 0 {
		return over
	}
	return time.After(wait)
}

// SettingAt implements [queue.Settings].
func (n *memoryNode) SettingAt(string, int64) (string, error) { return n.key, nil }

// Boundaries implements [queue.Settings].
func (n *memoryNode) Boundaries(string) []queue.Boundary { return nil }

// ChangeSetting implements [queue.Settings].
func (n *memoryNode) ChangeSetting(context.Context, string, string) error { return queue.ErrInvalid }

// Close implements [queue.Queue].
func (n *memoryNode) Close() error { return nil }
