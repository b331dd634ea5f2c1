package sqlite

import (
	"context"
	"fmt"

	"beibu/queue"
)

// Admit keeps s, unless its key has an owner already, and returns the owner.
// A nil error means that both are on the disk.
func (s *Store) Admit(ctx context.Context, sub queue.Submission) (queue.Entry, error) {
	if err := sub.Check(); err != nil {
		return queue.Entry{}, err
	}
	var owner queue.Entry
	err := s.write(ctx, len(sub.Body)+len(sub.Head), func(tx *transaction) (err error) {
		owner, err = tx.admit(sub)
		return err
	})
	if err != nil {
		return queue.Entry{}, unavailable("admit submission", err)
	}
	return owner, nil
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

// Append puts events on the disk, all or none, in their order.
func (s *Store) Append(ctx context.Context, events ...queue.Event) (told int64, err error) {
	size, err := measure(events)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	err = s.write(ctx, size, func(tx *transaction) error { return tx.append(events) })
	if err != nil {
		return 0, unavailable("append events", err)
	}
	told, _ = s.writer.record.reached()
	return told, nil
}

// measure checks events and returns their size, about, in bytes.
func measure(events []queue.Event) (size int, err error) {
	for _, e := range events {
		if err := e.Check(); err != nil {
			return 0, err
		}
		size += len(e.Detail) + len(e.Name) + len(e.Receiver)
	}
	return size, nil
}

// Decided returns queue.ErrNotFound while the store is open: its record tells an
// entry as soon as it is admitted.
func (s *Store) Decided(context.Context, [16]byte) (queue.Entry, error) {
	if s.isClosed() {
		return queue.Entry{}, errClosed
	}
	return queue.Entry{}, fmt.Errorf("find decision: %w", queue.ErrNotFound)
}
