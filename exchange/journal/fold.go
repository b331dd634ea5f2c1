package journal

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// A fold is the work of one batch: each exchange that it touches is read once
// and written once.
type fold struct {
	w       *writer
	touched map[uuid.UUID]*journey // nil where the index does not know it
	order   []*journey             // those to be written
	hours   map[int64]span         // of acceptance, of the entries that are new
	opened  map[string]struct{}    // receivers to whom a delivery opened
}

// A span is a range of sequences, both ends included.
type span struct{ first, last int64 }

// Fold takes a batch of changes into the index, all or none. Changes that it
// has seen are left out, so a batch told twice changes nothing. When it
// returns nil, queries show the batch.
func (j *Journal) Fold(ctx context.Context, changes []queue.Change) error {
	j.folding.Lock()
	defer j.folding.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("fold changes: %w", err)
	}
	at := j.Sequence()
	for len(changes) > 0 && changes[0].Sequence <= at {
		changes = changes[1:]
	}
	if len(changes) == 0 {
		return nil
	}
	f := &fold{w: j.writer, touched: make(map[uuid.UUID]*journey), hours: make(map[int64]span), opened: make(map[string]struct{})}
	err := j.writer.transact(func() error { return f.all(changes) })
	if err != nil {
		return fmt.Errorf("fold changes from %d: %w", changes[0].Sequence, j.halted(j.noticed(err)))
	}
	j.bells.ring(changes[len(changes)-1].Sequence, f.opened)
	return nil
}

func (f *fold) all(changes []queue.Change) error {
	last := changes[0].Sequence - 1
	for _, c := range changes {
		if c.Sequence <= last {
			return fmt.Errorf("change %d after %d: the record is out of order", c.Sequence, last)
		}
		last = c.Sequence
		if err := f.one(c); err != nil {
			return err
		}
	}
	for _, j := range f.order {
		if err := f.w.save(j); err != nil {
			return fmt.Errorf("write exchange %s: %w", j.id, err)
		}
	}
	for hour, s := range f.hours {
		if err := f.w.widen.exec(hour, s.first, s.last); err != nil {
			return fmt.Errorf("write hour %d: %w", hour, err)
		}
	}
	return f.w.advance.exec(last, fingerprint(changes[len(changes)-1]))
}

func (f *fold) one(c queue.Change) error {
	switch {
	case c.Entry != nil:
		return f.entry(c.Sequence, c.Entry)
	case c.Event != nil:
		return f.event(c.Sequence, c.Event)
	}
	return fmt.Errorf("change %d is neither entry nor event", c.Sequence)
}

// entry begins an exchange. One that is known already stays as it is.
func (f *fold) entry(sequence int64, e *queue.Entry) error {
	known, err := f.journey(e.ID)
	if err != nil || known != nil {
		return err
	}
	j, err := begin(sequence, e)
	if err != nil {
		return err
	}
	f.touched[j.id] = j
	f.order = append(f.order, j)
	hour := hourOf(micro(e.At))
	s, ok := f.hours[hour]
	if !ok {
		s.first = sequence
	}
	s.last = sequence // the record is in order
	f.hours[hour] = s
	return nil
}

// event moves an exchange on. The record tells an entry before its events, so
// an event of an exchange unknown is of one that the record no longer has.
func (f *fold) event(sequence int64, raw *queue.Event) error {
	if raw.Subject.Kind != queue.SubjectExchange {
		return nil
	}
	e, err := exchange.FromEvent(sequence, *raw)
	if err != nil {
		return err
	}
	j, err := f.journey(e.Exchange)
	if err != nil || j == nil {
		return err
	}
	settled := len(j.steps) == 0 && j.entry == nil // not to be written so far
	if !j.apply(e) {
		return nil
	}
	if settled {
		f.order = append(f.order, j)
	}
	if e.Name == exchange.ContentConsignment {
		f.opened[e.Receiver] = struct{}{}
	}
	return nil
}

func (f *fold) journey(id uuid.UUID) (*journey, error) {
	if j, ok := f.touched[id]; ok {
		return j, nil
	}
	j, err := f.w.load(id)
	if err != nil {
		return nil, fmt.Errorf("read exchange %s: %w", id, err)
	}
	f.touched[id] = j
	return j, nil
}

// fingerprint tells a change from others that have its sequence in another
// record.
func fingerprint(c queue.Change) []byte {
	sum := sha256.New()
	switch {
	case c.Entry != nil:
		_, _ = sum.Write(c.Entry.ID[:])
		_, _ = sum.Write(c.Entry.Token[:])
	case c.Event != nil:
		if s := c.Event.Subject; s.Kind == queue.SubjectExchange {
			_, _ = sum.Write(s.Exchange[:])
		} else {
			_, _ = fmt.Fprintf(sum, "%d %q ", s.Kind, s.ID)
		}
		_, _ = sum.Write(binary.BigEndian.AppendUint64(nil, uint64(c.Event.At.UnixMicro())))
		_, _ = fmt.Fprintf(sum, "%d %q %q", c.Event.Attempt, c.Event.Name, c.Event.Receiver)
	}
	return sum.Sum(nil)[:16]
}

// errOtherRecord says that the index was folded from another record.
var errOtherRecord = errors.New("the index is of another record")

// Run folds a feed until ctx ends, which is no error. It goes on where the
// index stands. Where that is no part of this feed, because the index was kept
// and the store was not, the index is emptied and folded anew.
func (j *Journal) Run(ctx context.Context, feed queue.Feed) error {
	for {
		err := j.follow(ctx, feed)
		if !errors.Is(err, errOtherRecord) {
			return err
		}
		err = j.empty(err)
		if err != nil {
			return err
		}
	}
}

// follow folds a feed from the last change that the index has, after a look at
// whether the feed has that change too.
func (j *Journal) follow(ctx context.Context, feed queue.Feed) error {
	at := j.Sequence()
	head, err := feed.Head(ctx)
	if err != nil {
		return fmt.Errorf("follow record: %w", err)
	}
	if head < at {
		return fmt.Errorf("%w: it ends at %d, the index at %d", errOtherRecord, head, at)
	}
	checked := at == 0
	return feed.Follow(ctx, max(at-1, 0), func(ctx context.Context, changes []queue.Change) error {
		if !checked && len(changes) > 0 {
			checked = true
			err := j.meets(changes[0])
			if err != nil {
				return err
			}
		}
		return j.Fold(ctx, changes)
	})
}
