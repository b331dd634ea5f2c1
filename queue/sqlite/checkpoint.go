package sqlite

import (
	"errors"

	"beibu/queue/sqlitefile"
)

// How the write-ahead log is copied into the file: a copy starts when about logBytes
// were written, and the writer does the rest when at most restFrames pages are left.
const (
	logBytes    = 16 << 20
	commitPages = 6 // that a commit writes besides what its jobs fill
	restFrames  = 64
	rounds      = 4
)

// A checkpointer copies the write-ahead log into the file, on a connection of its own,
// so that no commit waits for it. It does not catch up completely while commits
// continue, and SQLite reuses the log only if all of it is copied. So the writer
// copies the last few pages itself, between two commits.
type checkpointer struct {
	conn    *sqlitefile.Conn
	passive sqlitefile.Statement
	due     chan struct{} // holds one; filled by the writer
	rest    chan struct{} // holds one; filled by the checkpointer
	ended   chan struct{} // closed when run has returned
}

func newCheckpointer(path string) (*checkpointer, error) {
	conn, err := sqlitefile.Open(path, writing(readingPages)...)
	if err != nil {
		return nil, err
	}
	c := &checkpointer{
		conn: conn, due: make(chan struct{}, 1), rest: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	if c.passive, err = conn.Prepare(passive); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return c, nil
}

const passive = `PRAGMA wal_checkpoint(PASSIVE)`

// run serves the writer until closed.
func (c *checkpointer) run(closed <-chan struct{}) {
	defer close(c.ended)
	for {
		select {
		case <-closed:
			return
		case <-c.due:
			c.copy()
			signal(c.rest)
		}
	}
}

// copy copies the log into the file until little is left. If the disk refuses, the log
// keeps its pages and the next round tries again.
func (c *checkpointer) copy() {
	for range rounds {
		left, err := checkpoint(c.passive)
		if err != nil || left <= restFrames {
			return
		}
	}
}

// checkpoint copies the pages that it can, and returns how many pages of the log are
// not in the file yet.
func checkpoint(passive sqlitefile.Statement) (left int64, err error) {
	err = passive.Query(func(row sqlitefile.Row) error {
		left = row.Int(1) - row.Int(2) // in the log, copied
		return nil
	})
	return left, err
}

// signal fills a channel that holds one, unless it is full.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
