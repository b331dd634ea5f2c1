package hardware

import (
	"context"
	"errors"
	"sync"
)

// A Line signs for many goroutines in a few sessions with slow hardware. It is
// the group commit of a database turned to signatures: whoever wants one joins
// the line, and a session that is free takes its share of all that wait and
// signs them in one turn, one after another, without being given up in between.
// So no more is under way at once than there are sessions, all of them are kept
// busy while anything waits, and throughput grows with their number until the
// hardware itself is full.
//
// What it does not do is to put one signature over many documents, such as over
// the root of a tree of their digests: a seal of XAdES is a signature over its
// own SignedInfo, and any tool for XML signatures must be able to verify it.
type Line[S any] struct {
	waiting  chan *job[S]
	sessions int
	closing  chan struct{}
	workers  sync.WaitGroup
	close    sync.Once
}

// Bounds of a line.
const (
	perSession = 64 // jobs in the line for each session; more wait outside
	longest    = 32 // jobs in one turn, so that no context is outlived by much
)

// A job is one signature that is waited for.
type job[S any] struct {
	gone <-chan struct{} // closed if nobody waits any more
	do   func(S) ([]byte, error)
	done chan result // with room for one, so that nobody need be there
}

type result struct {
	signature []byte
	err       error
}

// errClosed says that the module was let go of.
var errClosed = errors.New("sign in hardware: the module is closed")

// NewLine returns a line before these sessions. Each is used by one goroutine
// at a time.
func NewLine[S any](sessions ...S) *Line[S] {
	l := &Line[S]{waiting: make(chan *job[S], perSession*len(sessions)), sessions: len(sessions), closing: make(chan struct{})}
	for _, s := range sessions {
		l.workers.Go(func() { l.work(s) })
	}
	return l
}

// Do has a session do something, and returns what came of it. If ctx ends
// first it fails with the cause: what was not started is not started then, and what
// was, ends for nothing.
func (l *Line[S]) Do(ctx context.Context, do func(S) ([]byte, error)) ([]byte, error) {
	j := &job[S]{gone: ctx.Done(), do: do, done: make(chan result, 1)}
	select {
	case l.waiting <- j:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-l.closing:
		return nil, errClosed
	}
	select {
	case r := <-j.done:
		return r.signature, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-l.closing:
		return nil, errClosed
	}
}

// Close ends the line, when what is under way has ended. What waits fails.
func (l *Line[S]) Close() {
	l.close.Do(func() { close(l.closing) })
	l.workers.Wait()
}

// work does turns in one session.
func (l *Line[S]) work(session S) {
	turn := make([]*job[S], 0, longest)
	for {
		select {
		case <-l.closing:
			return
		case first := <-l.waiting:
			turn = l.fill(append(turn[:0], first))
		}
		for _, j := range turn {
			j.run(session)
		}
		clear(turn)
	}
}

// fill takes a fair share of what waits into a turn, and waits for nothing.
func (l *Line[S]) fill(turn []*job[S]) []*job[S] {
	share := min(longest, 1+len(l.waiting)/l.sessions)
	for len(turn) < share {
		select {
		case j := <-l.waiting:
			turn = append(turn, j)
		default:
			return turn
		}
	}
	return turn
}

// run does a job, unless nobody waits for it.
func (j *job[S]) run(session S) {
	select {
	case <-j.gone:
		return
	default:
	}
	signature, err := j.do(session)
	j.done <- result{signature, err}
}
