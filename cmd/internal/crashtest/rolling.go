package crashtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"beibu/cmd/internal/client"
	"beibu/testdata"
)

// Rolling restarts two daemons in turn, as an operator does, while senders continue.
// A sender knows both and goes to the other one if a connection is refused or
// ends before its request was taken. Nothing else may happen to it: no answer that
// refuses, and no request that was taken and cut off, which the other one would
// say to be a duplicate.
type Rolling struct {
	Command  Command
	Servers  *Servers
	Restarts int
	Clients  int
}

// A RollingReport is what came of it.
type RollingReport struct {
	mu sync.Mutex

	Accepted int             // documents
	Moved    int             // requests made to the other daemon because nobody took them
	Stopped  []time.Duration // from SIGTERM to the end of the process
	Faults   []string
}

// String is the report as a person reads it.
func (r *RollingReport) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("%d documents accepted during %d restarts, %d requests went to the other daemon, refused or cut off %d; a stop took %d ms (median), %d ms (longest)",
		r.Accepted, len(r.Stopped), r.Moved, len(r.Faults), quantile(r.Stopped, 0.5).Milliseconds(), quantile(r.Stopped, 1).Milliseconds())
}

// A rolling is one on its way.
type rolling struct {
	report *RollingReport
	nodes  []*Node
	served []atomic.Int64 // answers of each daemon
}

// Run restarts until it was enough.
func (o Rolling) Run(tb testing.TB) *RollingReport {
	tb.Helper()
	r := &rolling{report: &RollingReport{}, served: make([]atomic.Int64, 2)}
	r.nodes = o.Servers.pair(tb, o.Command, "limits: {grace: 500ms}\n")
	senders := newCrowd(tb)
	for i := range o.Clients {
		senders.wg.Go(func() { r.send(senders.ctx, i) })
	}
	for i := range o.Restarts {
		r.restart(tb, i%len(r.nodes))
	}
	senders.stop()
	for _, n := range r.nodes {
		if err := n.Stop(syscall.SIGTERM); err != nil {
			r.report.fault("SIGTERM: %v", err)
		}
	}
	return r.report
}

// restart restarts one daemon once each of them has something to do.
func (r *rolling) restart(tb testing.TB, which int) {
	tb.Helper()
	for i := range r.served {
		before, until := r.served[i].Load(), time.Now().Add(patience)
		for r.served[i].Load() < before+20 {
			if time.Now().After(until) {
				tb.Fatalf("a daemon had nothing to do for %s\n%s", patience, r.report)
			}
			await(tb.Context(), nil, time.Millisecond)
		}
	}
	started := time.Now()
	if err := r.nodes[which].Stop(syscall.SIGTERM); err != nil {
		r.report.fault("SIGTERM: %v", err)
	}
	r.report.stopped(time.Since(started))
	if err := r.nodes[which].Start(); err != nil {
		tb.Fatal(err)
	}
}

// send submits one document after the other until ctx ends; what is on its way
// then is finished.
func (r *rolling) send(ctx context.Context, name int) {
	one := cast[0]
	s, err := testdata.Find(one.kind, one.sample)
	if err != nil {
		r.report.fault("%v", err)
		return
	}
	var calls []*client.Client
	for _, n := range r.nodes {
		calls = append(calls, n.As(one.sender, nil))
	}
	for i := 0; ctx.Err() == nil; i++ {
		document := testdata.Numbered(s.Bytes, one.number, fmt.Sprintf("ROLLING-%03d-%06d", name, i))
		at := (name + i) % len(calls)
		answer, err := calls[at].Submit(context.WithoutCancel(ctx), document)
		if _, nobody := errors.AsType[*client.Unanswered](err); nobody {
			r.report.moved()
			at = (at + 1) % len(calls)
			answer, err = calls[at].Submit(context.WithoutCancel(ctx), document)
		}
		if err != nil || answer.Duplicate {
			r.report.fault("document %d of sender %d: taken before and cut off: %t, %v", i, name, answer.Duplicate, err)
			continue
		}
		r.served[at].Add(1)
		r.report.accepted()
	}
}

func (r *RollingReport) fault(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

func (r *RollingReport) moved() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Moved++
}

func (r *RollingReport) accepted() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Accepted++
}

func (r *RollingReport) stopped(took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Stopped = append(r.Stopped, took)
}
