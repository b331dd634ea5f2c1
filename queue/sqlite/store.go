package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

var _ queue.Queue = (*Store)(nil)

// Options configure a store. The zero value is right for a daemon.
type Options struct {
	// MaxBytes bounds the file: above it Admit fails with [queue.ErrUnavailable]. 0
	// means no bound but the disk.
	MaxBytes int64
	// Readers is how many may read at a time; 0 means 4.
	Readers int
	// Shared are the settings that must be the same at every opening of the file,
	// by name. The first Open with a name records the value, and a later Open
	// fails with a *queue.SettingMismatchError if ours differs.
	Shared map[string]string
	// Copy opens a file also if it is a copy of a queue; see [Copy].
	Copy bool
}

// A Store is a queue in one file, with what it keeps for a time in another beside it.
type Store struct {
	path      string
	writer    *writer
	copier    *checkpointer
	readers   *sqlitefile.Pool[*reader]
	keeper    *keeper
	held      *sqlitefile.Conn // locks the file against other stores
	turn      chan struct{}    // holds one token while a Dispatch runs
	elections elections
	shared    map[string]string // the first values of the shared settings
	closed    chan struct{}
	ending    sync.Once
	ended     error // the error of Close, set within ending
}

// Open opens the queue file at path, and creates it if it is missing; its folder must
// exist. Open fails with [ErrForeign], [ErrNewer], [ErrInUse] or [ErrCopy] if it must
// not change the file, and with a [*queue.SettingMismatchError] if a shared setting
// differs.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open queue file: %w", err)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open queue file: %w", err)
	}
	s := &Store{path: path, shared: o.Shared, turn: make(chan struct{}, 1), closed: make(chan struct{})}
	if err := s.open(o); err != nil {
		return nil, errors.Join(fmt.Errorf("open queue file %s: %w", path, err), s.release())
	}
	go s.copier.run(s.closed)
	go s.writer.run(s.copier, s.closed)
	go s.keeper.run(s.closed)
	return s, nil
}

// open opens everything that release closes.
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
	if s.keeper, err = newKeeper(s.path); err != nil {
		return err
	}
	count := o.Readers
	if count <= 0 {
		count = 4
	}
	s.readers, err = sqlitefile.NewPool(count, func() (*reader, error) { return newReader(s.path) })
	return err
}

// Close ends the store. Jobs that are being written are finished; all other calls fail
// with [queue.ErrUnavailable], then and later. Another Close returns the same error as
// the first.
func (s *Store) Close() error {
	s.ending.Do(func() {
		close(s.closed)
		<-s.writer.ended
		<-s.copier.ended
		<-s.keeper.ended
		s.ended = s.release()
	})
	return s.ended
}

// release closes all that open has opened, the readers as soon as they are not in use.
// The writer closes after them, so that no write-ahead log is left beside the file.
func (s *Store) release() error {
	var errs []error
	if s.readers != nil {
		errs = append(errs, s.readers.Close())
	}
	if s.keeper != nil {
		errs = append(errs, s.keeper.Close())
	}
	if s.copier != nil {
		errs = append(errs, s.copier.conn.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.conn.Close())
	}
	if s.held != nil {
		errs = append(errs, s.held.Close())
	}
	return errors.Join(errs...)
}

// Probe writes a counter that is not in the record, and returns when it is durable. It
// fails with [queue.ErrUnavailable] if the store could not keep a document now.
func (s *Store) Probe(ctx context.Context) error {
	if err := s.write(ctx, 0, func(tx *transaction) error { return tx.touch.Exec() }); err != nil {
		return unavailable("probe store", err)
	}
	return nil
}
