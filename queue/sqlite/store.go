package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"beibu/queue"
)

var _ queue.Queue = (*Store)(nil)

// Options are the choices there are. The zero value is right for a daemon.
type Options struct {
	// MaxBytes bounds the file: above it admitting fails with
	// queue.ErrUnavailable. 0 leaves the bound to the disk.
	MaxBytes int64
	// Readers is how many may read at a time; 0 means 4.
	Readers int
	// Shared are the settings that must be the same at every opening of the file,
	// by name. The first Open with a name records the value, and a later Open
	// fails with a *queue.SettingMismatchError if ours differs.
	Shared map[string]string
}

// A Store is a queue in one file.
type Store struct {
	path      string
	writer    *writer
	copier    *checkpointer
	readers   chan *reader  // the idle ones; all of them once Close is through
	held      *connection   // keeps other stores off the file
	turn      chan struct{} // taken by the Dispatch at work
	elections elections
	closed    chan struct{}
	ending    sync.Once
	ended     error // what Close found, set within ending
}

// Open opens the queue file at path and makes it where it is missing; its
// folder must exist. It fails with ErrForeign, ErrNewer or ErrInUse if the
// file must not be touched, and with a *queue.SettingMismatchError.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open queue file: %w", err)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open queue file: %w", err)
	}
	s := &Store{path: path, turn: make(chan struct{}, 1), closed: make(chan struct{})}
	if err := s.open(o); err != nil {
		return nil, errors.Join(fmt.Errorf("open queue file %s: %w", path, err), s.release())
	}
	go s.copier.run(s.closed)
	go s.writer.run(s.copier, s.closed)
	return s, nil
}

// open takes hold of everything in the order in which release lets go of it.
func (s *Store) open(o Options) (err error) {
	if s.held, err = lock(s.path); err != nil {
		return err
	}
	if err = touch(s.path); err != nil {
		return err
	}
	if s.writer, err = newWriter(s.path, o); err != nil {
		return err
	}
	if s.copier, err = newCheckpointer(s.path); err != nil {
		return err
	}
	count := o.Readers
	if count <= 0 {
		count = 4
	}
	s.readers = make(chan *reader, count)
	for range count {
		r, err := newReader(s.path)
		if err != nil {
			return err
		}
		s.readers <- r
	}
	return nil
}

// Close ends the store: what is being written is finished and answered,
// everything else answers queue.ErrUnavailable, then and later. Closing again
// returns what the first Close returned.
func (s *Store) Close() error {
	s.ending.Do(func() {
		close(s.closed)
		<-s.writer.ended
		<-s.copier.ended
		idle := make([]*reader, cap(s.readers))
		for i := range idle {
			idle[i] = <-s.readers // waits for those at work
		}
		for _, r := range idle {
			s.readers <- r
		}
		s.ended = s.release()
	})
	return s.ended
}

// release closes what open has opened, the writer last: it leaves the file
// without a log beside it.
func (s *Store) release() error {
	var errs []error
	for len(s.readers) > 0 {
		errs = append(errs, (<-s.readers).conn.close())
	}
	if s.copier != nil {
		errs = append(errs, s.copier.conn.close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.conn.close())
	}
	if s.held != nil {
		errs = append(errs, s.held.close())
	}
	return errors.Join(errs...)
}
