package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"beibu/queue"
)

// A Journal is an index of the record in a SQLite file. It is an
// exchange.Journal and an exchange.Fold. It is safe for concurrent use.
type Journal struct {
	path    string
	readers *sql.DB
	bells   *bells

	folding sync.Mutex // held while the writer is used
	writer  *writer    // guarded by folding

	mu       sync.Mutex
	prepared map[string]*sql.Stmt // guarded by mu; queries by their text
	again    error                // guarded by mu; why the index is folded anew, or nil
}

// Open opens the index at path, or makes it. A file there that is damaged or
// of another version is moved to path.aside, and the index is folded anew:
// Again says so. Only one Journal may have a path open.
func Open(ctx context.Context, path string) (*Journal, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	path, err := filepath.Abs(path) // the driver takes a relative one for a host
	if err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	w, again, err := openFile(path)
	if err != nil {
		return nil, err
	}
	sequence, _, err := w.reached()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read index: %w", err), w.close())
	}
	db, err := openReaders(path)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return &Journal{
		path: path, readers: db, bells: newBells(sequence), writer: w,
		prepared: make(map[string]*sql.Stmt), again: again,
	}, nil
}

// Close closes the file. Nothing may be called afterwards.
func (j *Journal) Close() error {
	j.folding.Lock()
	defer j.folding.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	var all []error
	for _, s := range j.prepared {
		all = append(all, s.Close())
	}
	return errors.Join(append(all, j.readers.Close(), j.writer.close())...)
}

// Again returns why the index is folded anew from the beginning of the record,
// or nil where it went on from where it stood.
func (j *Journal) Again() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.again
}

// Sequence returns how far the index has come.
func (j *Journal) Sequence() int64 {
	at, _ := j.bells.reached()
	return at
}

// Wait returns when the index has come to a sequence, or with ctx's error. It
// fails with [ErrRefused] at once while the disk refuses the index.
func (j *Journal) Wait(ctx context.Context, sequence int64) error {
	for {
		at, passed, halted, why := j.bells.waits()
		if at >= sequence {
			return nil
		}
		if why != nil {
			return fmt.Errorf("index is at sequence %d: %w", at, why)
		}
		select {
		case <-passed:
		case <-halted:
		case <-ctx.Done():
			return fmt.Errorf("index is at sequence %d: %w", at, context.Cause(ctx))
		}
	}
}

// Changed returns a channel that is closed when a delivery to the receiver
// opens, be it for the first time or by a replay; with "" as receiver, when
// the index changes at all.
func (j *Journal) Changed(receiver string) <-chan struct{} {
	if receiver == "" {
		_, passed := j.bells.reached()
		return passed
	}
	return j.bells.opening(receiver)
}

// meets fails with errOtherRecord unless a change is the last one that the
// index has.
func (j *Journal) meets(c queue.Change) error {
	j.folding.Lock()
	defer j.folding.Unlock()
	sequence, mark, err := j.writer.reached()
	if err != nil {
		return fmt.Errorf("read index: %w", j.noticed(err))
	}
	if c.Sequence != sequence || !bytes.Equal(mark, fingerprint(c)) {
		return fmt.Errorf("%w: change %d is not the one at %d", errOtherRecord, c.Sequence, sequence)
	}
	return nil
}

// empty throws away what was folded.
func (j *Journal) empty(why error) error {
	j.folding.Lock()
	defer j.folding.Unlock()
	if err := j.writer.reset(); err != nil {
		return j.halted(j.noticed(err))
	}
	j.mu.Lock()
	j.again = why
	j.mu.Unlock()
	j.bells.ring(0, nil)
	return nil
}

// ErrRefused says that the disk did not take what the index was to keep, as where
// it is full. Nothing of the batch was kept, and Run goes on from there when it
// is called again.
var ErrRefused = fmt.Errorf("the disk refuses the index: %w", queue.ErrFull)

// halted has those who wait for the fold learn of it if the disk refuses, and
// returns the error.
func (j *Journal) halted(err error) error {
	if errors.Is(err, ErrRefused) {
		j.bells.halt(err)
	}
	return err
}

// noticed looks whether an error says that the file is damaged, and leaves word
// for the next Open if so, or that the disk refuses, and returns the error.
func (j *Journal) noticed(err error) error {
	switch {
	case broken(err):
		mark(j.path, err)
	case refused(err):
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}
