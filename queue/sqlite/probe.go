package sqlite

import "context"

// Probe has the writer write to the disk, and returns once that is durable: it
// counts the probe, beside the record. It fails with ErrUnavailable where
// nothing could be kept.
func (s *Store) Probe(ctx context.Context) error {
	if err := s.write(ctx, 0, func(tx *transaction) error { return tx.touch.exec() }); err != nil {
		return unavailable("probe store", err)
	}
	return nil
}
