package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"beibu/queue/sqlitefile"
)

// The largest transaction. A larger one does not use the disk better, and the first job
// of the batch would wait for the last.
const (
	batchJobs  = 256
	batchBytes = 16 << 20
)

// A job is one request to write. Its caller waits until done is answered.
type job struct {
	ctx   context.Context //nolint:containedctx // it travels with the request, to the goroutine that serves it
	size  int             // of what it writes, about, in bytes
	apply func(*transaction) error
	taken atomic.Bool // by the writer, or by a caller that gave up
	done  chan error  // holds one
}

// A writer owns the one connection that writes.
type writer struct {
	path    string
	conn    *sqlitefile.Conn
	jobs    chan *job
	ended   chan struct{} // closed when run has returned
	batch   []*job        // used again by each round
	tx      transaction
	copy    bool      // the file was a copy when it was opened
	record  *notifier // the newest sequence
	entries *notifier // the newest entry's sequence
	logged  int       // bytes written, about, since the last copy of the log was requested

	begin, commit, rollback, passive sqlitefile.Statement
}

func newWriter(path string, o Options) (*writer, error) {
	conn, err := sqlitefile.Open(path, "busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	w := &writer{path: path, conn: conn, jobs: make(chan *job, batchJobs), ended: make(chan struct{})}
	if err = w.validate(o); err == nil {
		err = w.prepare()
	}
	if err == nil {
		err = share(conn, o.Shared)
	}
	if err == nil {
		err = w.tx.boundaries.load(conn)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return w, nil
}

// validate checks that the file is ours before anything in it changes, creates
// the tables if it is empty, and migrates it if it is of an earlier version.
func (w *writer) validate(o Options) error {
	empty, err := examine(w.conn)
	if err != nil {
		return err
	}
	if !empty {
		if w.copy, err = copied(w.conn); err != nil {
			return err
		}
		if w.copy && !o.Copy {
			return ErrCopy
		}
	}
	for _, pragma := range append(writing(writingPages), bound(o)...) {
		if err := w.conn.Run("PRAGMA " + pragma); err != nil {
			return fmt.Errorf("set %s: %w", pragma, err)
		}
	}
	if empty {
		return create(w.conn)
	}
	return migrate(w.conn)
}

// prepare prepares the statements and reads the newest sequence of the record.
func (w *writer) prepare() error {
	for text, s := range map[string]*sqlitefile.Statement{
		`BEGIN IMMEDIATE`: &w.begin,
		`COMMIT`:          &w.commit,
		`ROLLBACK`:        &w.rollback,
		passive:           &w.passive,
	} {
		var err error
		if *s, err = w.conn.Prepare(text); err != nil {
			return err
		}
	}
	if err := w.tx.prepare(w.conn); err != nil {
		return err
	}
	w.record, w.entries = newNotifier(w.tx.last), newNotifier(w.tx.entry)
	return nil
}

// write makes the writer run apply in a transaction, and returns when that is durable.
// apply may run more than once; only its last run counts. If ctx ends while the job
// waits, nothing is written. If ctx ends later, write still waits for the disk,
// because apply reads data of the caller.
func (s *Store) write(ctx context.Context, size int, apply func(*transaction) error) error {
	j := &job{ctx: ctx, size: size, apply: apply, done: make(chan error, 1)}
	select {
	case <-s.closed:
		return errClosed
	case <-ctx.Done(): // so that select does not choose to write
		return ctx.Err()
	default:
	}
	select {
	case s.writer.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return errClosed
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		if j.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
	case <-s.writer.ended: // it accepts no more jobs
		if j.taken.CompareAndSwap(false, true) {
			return errClosed
		}
	}
	return <-j.done
}

// run serves jobs until closed, and the checkpointer.
func (w *writer) run(c *checkpointer, closed <-chan struct{}) {
	defer close(w.ended)
	for {
		select {
		case <-closed:
			return
		case <-c.rest:
			// If the disk refuses, the log remains and grows; the next round
			// tries again.
			_, _ = checkpoint(w.passive)
		case j := <-w.jobs:
			w.serve(w.collect(j))
			if w.logged > logBytes {
				w.logged = 0
				signal(c.due)
			}
		}
	}
}

// collect returns the first job with those that wait, and those of callers that are about
// to write. A commit writes whole pages and waits for the disk, so that with many callers
// fewer commits save processor time. While the processors are busy, callers that are
// ready to run come to write as soon as the writer lets them run, and it does so until
// that brings no more jobs. If a processor is idle, nobody waits for it, and the writer
// continues at once: a timer would make a few callers wait who could be answered.
func (w *writer) collect(first *job) []*job {
	w.batch = append(w.batch[:0], first)
	size, seen := first.size, 0
	for len(w.batch) < batchJobs && size < batchBytes {
		select {
		case j := <-w.jobs:
			w.batch = append(w.batch, j)
			size += j.size
			continue
		default:
		}
		if len(w.batch) == seen {
			break
		}
		seen = len(w.batch)
		runtime.Gosched()
	}
	return w.batch
}

// serve writes a batch as one transaction. If that fails, it writes each job by itself,
// so that one job that cannot be written does not make the others fail.
func (w *writer) serve(batch []*job) {
	kept := batch[:0]
	for _, j := range batch {
		if j.taken.CompareAndSwap(false, true) {
			kept = append(kept, j)
		}
	}
	err := w.transact(kept)
	for i, j := range kept {
		if err != nil && len(kept) > 1 {
			j.done <- w.transact(kept[i : i+1])
		} else {
			j.done <- err
		}
		kept[i] = nil // so that its body is not kept in memory until the next round
	}
}

// transact makes the jobs durable, all or none, and notifies those that wait.
func (w *writer) transact(jobs []*job) error {
	if len(jobs) == 0 {
		return nil
	}
	if err := w.begin.Exec(); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := w.apply(jobs); err != nil {
		// SQLite may have rolled back by itself, as it does on a full disk:
		// then this fails and says nothing new.
		_ = w.rollback.Exec()
		w.tx.undo()
		return err
	}
	w.tx.keep()
	w.logged += commitPages * pageBytes
	for _, j := range jobs {
		w.logged += j.size
	}
	w.record.notify(w.tx.last)
	w.entries.notify(w.tx.entry)
	return nil
}

func (w *writer) apply(jobs []*job) error {
	for _, j := range jobs {
		if err := j.apply(&w.tx); err != nil {
			return err
		}
	}
	if err := w.tx.owners.fold(); err != nil {
		return fmt.Errorf("fold owners: %w", err)
	}
	if err := w.commit.Exec(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Head returns the sequence of the newest change, or 0.
func (s *Store) Head(context.Context) (int64, error) {
	select {
	case <-s.closed:
		return 0, errClosed
	default:
	}
	at, _ := s.writer.record.reached()
	return at, nil
}
