package projection

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// ErrRefused says that the disk refused a write, as a full one does. Nothing of the
// batch is kept. [Projection.Run] continues from there if it is called again.
var ErrRefused = fmt.Errorf("the disk refuses writes: %w", queue.ErrFull)

// errOtherRecord says that the file was folded from another record.
var errOtherRecord = errors.New("folded from another record")

// Run folds a feed until ctx ends, which is no error. It continues from the cursor.
// If the last change folded is no part of this feed, because the file was kept and
// the store was not, it begins again: with empty tables, or with the rows that are
// there if they are [Definition.Kept].
func (p *Projection) Run(ctx context.Context, feed queue.Feed) error {
	for {
		if err := p.Begin(ctx, feed); err != nil {
			return err
		}
		err := p.follow(ctx, feed)
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return nil
		}
		if !errors.Is(err, errOtherRecord) {
			return err
		}
		if err := p.restart(err); err != nil {
			return err
		}
	}
}

// Begin moves the cursor of a new file to the end of a feed if the projection begins
// there ([Definition.FromEnd]). Otherwise it does nothing.
func (p *Projection) Begin(ctx context.Context, feed queue.Feed) error {
	if at, _, _, _ := p.notifier.status(); at != unbegun {
		return nil
	}
	head, err := feed.Head(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the record: %w", err)
	}
	p.folding.Lock()
	defer p.folding.Unlock()
	return p.transact(head, func() error { return p.writer.advance(head, nil) })
}

// follow folds a feed from the cursor, after a check that the feed has the last
// change folded.
func (p *Projection) follow(ctx context.Context, feed queue.Feed) error {
	at, digest, err := p.cursor()
	if err != nil {
		return err
	}
	head, err := feed.Head(ctx)
	if err != nil {
		return fmt.Errorf("follow record: %w", err)
	}
	if head < at {
		return fmt.Errorf("%w: that one ended at %d or later, this one ends at %d", errOtherRecord, at, head)
	}
	after, checked := at, at == 0 || len(digest) == 0
	if checked {
		p.notifier.verify()
	} else {
		after--
	}
	return feed.Follow(ctx, after, func(ctx context.Context, changes []queue.Change) error {
		if !checked && len(changes) > 0 {
			checked = true
			if c := changes[0]; c.Sequence != at || !bytes.Equal(digest, changeDigest(c)) {
				return fmt.Errorf("%w: change %d is not the one that was folded at %d", errOtherRecord, c.Sequence, at)
			}
			p.notifier.verify()
		}
		return p.Fold(ctx, changes)
	})
}

func (p *Projection) cursor() (sequence int64, digest []byte, err error) {
	p.folding.Lock()
	defer p.folding.Unlock()
	sequence, digest, err = p.writer.cursor()
	return sequence, digest, p.noticed(err)
}

// restart moves the cursor back to where a new file has it, and empties the tables
// unless they are kept.
func (p *Projection) restart(why error) error {
	p.folding.Lock()
	defer p.folding.Unlock()
	start := p.definition.start()
	err := p.transact(start, func() error {
		if p.definition.Kept {
			return p.writer.advance(start, nil)
		}
		return p.writer.empty(start)
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rebuilt = why
	return nil
}

// Fold folds a batch of changes, all or none. It leaves out the changes up to the
// cursor, so a batch that is published twice changes nothing. When Fold returns nil,
// queries show the batch.
func (p *Projection) Fold(ctx context.Context, changes []queue.Change) error {
	p.folding.Lock()
	defer p.folding.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("fold changes: %w", err)
	}
	at := p.Sequence()
	for len(changes) > 0 && changes[0].Sequence <= at {
		changes = changes[1:]
	}
	if len(changes) == 0 {
		return nil
	}
	first, last := changes[0], changes[len(changes)-1]
	err := ordered(changes)
	if err == nil {
		err = p.transact(last.Sequence, func() error {
			if err := p.definition.Fold(p.writer, changes); err != nil {
				return err
			}
			return p.writer.advance(last.Sequence, changeDigest(last))
		})
	}
	if err != nil {
		return fmt.Errorf("fold changes from %d: %w", first.Sequence, err)
	}
	return nil
}

// ordered fails unless the sequences rise.
func ordered(changes []queue.Change) error {
	for i, c := range changes[1:] {
		if before := changes[i].Sequence; c.Sequence <= before {
			return fmt.Errorf("change %d after %d: the record is out of order", c.Sequence, before)
		}
	}
	return nil
}

// Write changes rows that do not follow from the record, in one transaction. The
// cursor stays. Only a [Definition.Kept] projection has such rows.
func (p *Projection) Write(ctx context.Context, do func(w *Writer) error) error {
	p.folding.Lock()
	defer p.folding.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("write %s: %w", p.definition.Name, err)
	}
	at, _, _, _ := p.notifier.status()
	return p.transact(at, func() error { return do(p.writer) })
}

// transact runs do in one transaction, all or nothing, after which the cursor is at
// a sequence, and wakes those who wait. The caller holds folding.
func (p *Projection) transact(sequence int64, do func() error) error {
	clear(p.writer.names)
	if err := p.noticed(p.writer.transact(do)); err != nil {
		if errors.Is(err, ErrRefused) {
			p.notifier.halt(err)
		}
		return err
	}
	p.notifier.advance(sequence, p.writer.names)
	return nil
}

// noticed marks the file for the next Open if an error says that it is damaged,
// adds [ErrRefused] if the disk refuses writes, and returns the error.
func (p *Projection) noticed(err error) error {
	switch {
	case sqlitefile.IsDamaged(err) && !p.definition.Kept:
		noteDamage(p.path, err)
	case sqlitefile.IsRefused(err):
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}

// changeDigest distinguishes a change from those that have its sequence in other
// records.
func changeDigest(c queue.Change) []byte {
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
