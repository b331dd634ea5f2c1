package sqlite

import (
	"context"
	"fmt"

	"beibu/queue"
)

// Admit stores sub, unless its key has an owner already, and returns the owner; see
// [queue.Admitter]. If the error is nil, the owner and its body are on the disk.
func (s *Store) Admit(ctx context.Context, sub queue.Submission) (queue.Entry, error) {
	if err := sub.Check(); err != nil {
		return queue.Entry{}, err
	}
	body := pack(sub.Body, sub.Encoded)
	defer body.release()
	var owner queue.Entry
	err := s.write(ctx, len(body.packed)+len(sub.Head), func(tx *transaction) (err error) {
		owner, err = tx.admit(sub, body)
		return err
	})
	if err != nil {
		return queue.Entry{}, unavailable("admit submission", err)
	}
	return owner, nil
}

// AddBody stores a body that no entry names; see [queue.BodyAdder].
func (s *Store) AddBody(ctx context.Context, key string, body []byte) (position int64, err error) {
	if err := queue.CheckBody(key, body); err != nil {
		return 0, err
	}
	p := pack(body, queue.Encoded{})
	defer p.release()
	err = s.write(ctx, len(p.packed), func(tx *transaction) error {
		position, err = tx.keepBody(p)
		return err
	})
	if err != nil {
		return 0, unavailable("add body", err)
	}
	return position, nil
}

// Owned returns the entry that owns a key, if it is on the disk; see
// [queue.Admitter].
func (s *Store) Owned(ctx context.Context, key string) (owner queue.Entry, err error) {
	err = s.read(ctx, func(r *reader) error {
		owner, err = s.writer.tx.owners.known(key, r)
		return err
	})
	if err != nil {
		return queue.Entry{}, unavailable("find owner", err)
	}
	if owner.Position == 0 {
		return queue.Entry{}, queue.ErrNotFound
	}
	return owner, nil
}

// Append writes events to the disk, all or none, in their order; see [queue.Appender].
func (s *Store) Append(ctx context.Context, events ...queue.Event) (sequence int64, err error) {
	size, err := measure(events)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	err = s.write(ctx, size, func(tx *transaction) error { return tx.append(events) })
	if err != nil {
		return 0, unavailable("append events", err)
	}
	sequence, _ = s.writer.record.reached()
	return sequence, nil
}

// measure validates events and returns their approximate size in bytes.
func measure(events []queue.Event) (size int, err error) {
	for _, e := range events {
		if err := e.Check(); err != nil {
			return 0, err
		}
		size += len(e.Detail) + len(e.Name) + len(e.Receiver)
	}
	return size, nil
}

// Decided returns [queue.ErrNotFound] while the store is open, because the record
// contains an entry as soon as it is admitted.
func (s *Store) Decided(context.Context, [16]byte) (queue.Entry, error) {
	if s.isClosed() {
		return queue.Entry{}, errClosed
	}
	return queue.Entry{}, fmt.Errorf("find decision: %w", queue.ErrNotFound)
}
