package exchangetest

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"beibu/exchange/journal"
	"beibu/queue"
)

// A Record is a record in memory and the index folded from it, which shows each
// change when the call that made it returns: a queue of one that tests of
// couriers can break.
type Record struct {
	*journal.Journal

	mu     sync.Mutex
	last   int64            // sequence; guarded by mu
	before func()           // guarded by mu
	broken error            // guarded by mu
	bodies map[int64][]byte // guarded by mu
	all    []queue.Change   // guarded by mu
	kept   int64            // position of the body that was kept last, from -1 down; guarded by mu
}

// NewRecord opens a record with nothing in it, until the test ends.
func NewRecord(tb testing.TB) *Record {
	tb.Helper()
	return &Record{Journal: newIndex(tb), bodies: make(map[int64][]byte)}
}

// newIndex opens an empty index until the test ends.
func newIndex(tb testing.TB) *journal.Journal {
	tb.Helper()
	index, err := journal.Open(context.Background(), filepath.Join(tb.TempDir(), "index.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := index.Close(); err != nil {
			tb.Error(err)
		}
	})
	return index
}

// Again returns another index of the record, folded in batches of a size.
func (r *Record) Again(tb testing.TB, size int) *journal.Journal {
	tb.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	index := newIndex(tb)
	for batch := range slices.Chunk(r.all, size) {
		if err := index.Fold(tb.Context(), batch); err != nil {
			tb.Fatal(err)
		}
	}
	return index
}

// Break makes appends fail with an error, until it is nil.
func (r *Record) Break(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = err
}

// Before calls do once, before the next append.
func (r *Record) Before(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before = do
}

// Append is queue.Appender's.
func (r *Record) Append(ctx context.Context, events ...queue.Event) (sequence int64, err error) {
	r.mu.Lock()
	before, broken := r.before, r.broken
	r.before = nil
	r.mu.Unlock()
	if before != nil {
		before()
	}
	if broken != nil {
		return 0, broken
	}
	changes := make([]queue.Change, 0, len(events))
	for i := range events {
		changes = append(changes, queue.Change{Event: &events[i]})
	}
	if err := r.Publish(ctx, changes...); err != nil {
		return 0, err
	}
	return changes[len(changes)-1].Sequence, nil
}

// Publish puts changes on record, whatever is broken. An entry has its sequence as
// the position of its body, and a drifted position in the log.
func (r *Record) Publish(ctx context.Context, changes ...queue.Change) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range changes {
		r.last++
		changes[i].Sequence = r.last
		if e := changes[i].Entry; e != nil {
			e.Position, e.Body = Drifted(r.last), r.last
			r.bodies[r.last] = EnvelopeOf(e.ID)
		}
	}
	r.all = append(r.all, changes...)
	return r.Fold(ctx, changes)
}

// Head is queue.Feed's.
func (r *Record) Head(context.Context) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last, nil
}

// Follow is queue.Feed's. It returns nothing: what is recorded is folded already.
func (r *Record) Follow(context.Context, int64, func(context.Context, []queue.Change) error) error {
	return nil
}

// EnvelopeOf is what a Record has as the body of an exchange.
func EnvelopeOf(id uuid.UUID) []byte { return fmt.Appendf(nil, "envelope of %s", id) }

// Body is queue.Bodies's.
func (r *Record) Body(_ context.Context, position int64) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, ok := r.bodies[position]
	if !ok {
		return nil, queue.ErrNotFound
	}
	return body, nil
}

// AddBody is queue.BodyAdder's.
func (r *Record) AddBody(_ context.Context, _ string, body []byte) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept--
	r.bodies[r.kept] = bytes.Clone(body)
	return r.kept, nil
}

// Drop ends the retention of a body.
func (r *Record) Drop(position int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.bodies, position)
}

// Drifted returns the position in the log of the nth entry of the record, as it
// is if the log has six partitions that have grown at different speeds: the
// order of the positions is another one than that of the record.
func Drifted(n int64) int64 {
	begins := [...]int64{900, 0, 40, 1_200, 300, 5} // offset of each partition at the first entry
	partition := n * 7 % 11 % int64(len(begins))
	return (begins[partition]+n)*int64(len(begins)) + partition + 1
}
