package sqlite

import "context"

// Probe writes a counter that is not in the record, and returns when it is durable. It
// fails with [queue.ErrUnavailable] if the store could not keep a document now.
func (s *Store) Probe(ctx context.Context) error {
	if err := s.write(ctx, 0, func(tx *transaction) error { return tx.touch.exec() }); err != nil {
		return unavailable("probe store", err)
	}
	return nil
}
